"""How the columns of a table become the fields of a report: a small YAML file, checked before anything is published.

    grid_name: name                  # property of the areas that names them
    encoding: utf-8-sig              # of the table; delimiter: ","
    categories: [Bulky Items, …]     # own catalogue; without it that of the sample town
    fields:
      external_id: {column: srnumber}
      category:    {column: requesttype}
      title:       {column: requesttype}
      place_text:  {column: address}
      lon:         {column: longitude}
      lat:         {column: latitude}
      reported_at: {column: createddate, format: "%m/%d/%y %H:%M", zone: America/Los_Angeles}
      kind:        {constant: report}
      level:       {column: priority, values: {high: P2}, default: P3}

A field has a `column` or a `constant`; `values` translates what is in the column, `default` stands for what `values`
does not name. Names in `categories` are translated by themselves; others get no category. What cannot be read, a
number or a time, goes out as it stands: the town says what is wrong with it.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FIELDS = (
    "external_id", "category", "title", "description", "lon", "lat", "place_text", "reported_at", "kind", "level",
)  # fmt: skip
_PLAIN = ("category", "title", "description", "kind", "level")
_RULE = {"column", "constant", "values", "default", "format", "zone"}
_TOP = {"grid_name", "encoding", "delimiter", "categories", "fields"}


class MappingError(Exception):
    """The mapping or the table cannot be used; the text says what to change."""


@dataclass(frozen=True)
class Rule:
    """Where one field comes from."""

    column: str | None
    constant: str | None
    values: Mapping[str, str] | None
    default: str | None
    format: str | None
    zone: zoneinfo.ZoneInfo | None

    def read(self, row: Mapping[str, str | None]) -> str:
        """The text for this field, empty when there is none."""
        if self.column is None:
            return self.constant or ""
        raw = (row[self.column] or "").strip()
        if self.values is not None:
            return self.values.get(raw, self.default or "")
        return raw or self.default or ""


@dataclass(frozen=True)
class Table:
    """What a mapping says of a table, checked."""

    grid_name: str
    encoding: str
    delimiter: str
    categories: list[str] | None
    rules: dict[str, Rule]

    def rows(self, file: Path) -> Iterator[dict[str, str | None]]:
        """The rows of the table. Raises MappingError when it cannot be read or lacks a column."""
        try:
            with file.open(encoding=self.encoding, newline="") as lines:
                reader = csv.DictReader(lines, delimiter=self.delimiter)
                there = reader.fieldnames or []
                missing = [r.column for r in self.rules.values() if r.column is not None and r.column not in there]
                if missing:
                    raise MappingError(f"{file} has no column {', '.join(missing)}; it has {', '.join(there)}")
                yield from reader
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise MappingError(f"{file} cannot be read: {error}; see encoding and delimiter of the mapping") from error

    def report(self, row: Mapping[str, str | None]) -> dict[str, Any]:
        """The report of a row, as it goes on the wire."""
        texts = {name: rule.read(row) for name, rule in self.rules.items()}
        report: dict[str, Any] = {name: texts[name] for name in texts if name in _PLAIN and texts[name]}
        report["external_id"] = texts["external_id"]
        place: dict[str, Any] = {name: _number(texts[name]) for name in ("lon", "lat") if texts.get(name)}
        if texts.get("place_text"):
            place["text"] = texts["place_text"]
        if place:
            report["place"] = place
        if texts.get("reported_at"):
            report["reported_at"] = _time(texts["reported_at"], self.rules["reported_at"])
        return report


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _time(text: str, rule: Rule) -> str:
    try:
        time = dt.datetime.strptime(text, rule.format) if rule.format else dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return (time if time.tzinfo else time.replace(tzinfo=rule.zone)).isoformat()


def load(path: Path) -> Table:
    """Read a mapping. Raises MappingError that says what to change."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MappingError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("fields"), dict):
        raise MappingError(f"{path} must be a mapping with `fields`; the head of deploy/replay/mapping.py shows one")
    _refuse_unknown(path, "", document, _TOP)
    _refuse_unknown(path, "fields.", document["fields"], set(FIELDS))
    categories = [str(name) for name in document["categories"]] if document.get("categories") else None
    rules = {name: _rule(path, name, rule) for name, rule in document["fields"].items()}
    if "external_id" not in rules or not ({"title", "description"} & set(rules)):
        raise MappingError(f"{path}: fields must have external_id, and title or description")
    if categories and "category" in rules:
        codes = {name: f"{number:04d}" for number, name in enumerate(categories, start=1)}
        rule = rules["category"]
        rules["category"] = Rule(rule.column, rule.constant, rule.values or codes, rule.default, None, None)
    return Table(
        str(document.get("grid_name", "name")), str(document.get("encoding", "utf-8-sig")),
        str(document.get("delimiter", ",")), categories, rules,
    )  # fmt: skip


def _rule(path: Path, name: str, rule: Any) -> Rule:
    if not isinstance(rule, dict) or ("column" in rule) == ("constant" in rule):
        raise MappingError(f"{path}: fields.{name} needs either `column` or `constant`")
    _refuse_unknown(path, f"fields.{name}.", rule, _RULE)
    zone = _zone(path, rule["zone"]) if "zone" in rule else None
    if name == "reported_at" and "column" in rule and "%z" not in rule.get("format", "%z") and zone is None:
        raise MappingError(f"{path}: fields.reported_at needs `zone` (such as Asia/Shanghai), for its times have none")
    values = {str(raw): str(value) for raw, value in rule["values"].items()} if "values" in rule else None
    texts = [str(rule[key]) if key in rule else None for key in ("column", "constant")]
    default = str(rule["default"]) if "default" in rule else None
    return Rule(texts[0], texts[1], values, default, rule.get("format"), zone)


def _zone(path: Path, name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise MappingError(f"{path}: there is no time zone {name!r}; write one such as Asia/Shanghai") from error


def _refuse_unknown(path: Path, where: str, given: Mapping[str, Any], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise MappingError(f"{path}: nobody reads {where}{name}; known are {', '.join(sorted(known))}")
