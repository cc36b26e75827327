"""How the columns of a table become the fields of a report: a small YAML file, checked before anything is registered.

    grid_name: name                  # property of the areas that names them: for a replay
    encoding: gb18030                # and delimiter: ";" of a CSV file; without them they are found out
    categories: [Bulky Items, …]     # own catalogue; without it that of the town
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
number or a time, stays as it stands: registration says what is wrong with it. Without a mapping, the columns that are
named like fields, in English or in Chinese, are those fields.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.tables import Row, TableError, rows_of

FIELDS = {  # field → the Chinese heading of its column
    "external_id": "编号",
    "category": "类别",
    "title": "标题",
    "description": "内容",
    "lon": "经度",
    "lat": "纬度",
    "place_text": "地点",
    "reported_at": "上报时间",
    "kind": "诉求类型",
    "level": "等级",
    "reporter_name": "诉求人",
    "reporter_phone": "联系电话",
}
_PLAIN = ("category", "title", "description", "kind", "level")
_RULE = {"column", "constant", "values", "default", "format", "zone"}
TOWN_ZONE = "Asia/Shanghai"
_TOP = {"grid_name", "encoding", "delimiter", "categories", "fields"}


class MappingError(TableError):
    """The mapping cannot be used; the text says what to change."""


@dataclass(frozen=True)
class Rule:
    """Where one field comes from."""

    column: str | None
    constant: str | None
    values: Mapping[str, str] | None
    default: str | None
    format: str | None
    zone: zoneinfo.ZoneInfo | None

    def read(self, row: Row) -> str:
        """The text for this field, empty when there is none."""
        if self.column is None:
            return self.constant or ""
        raw = (row.get(self.column) or "").strip()
        if self.values is not None:
            return self.values.get(raw, self.default or "")
        return raw or self.default or ""


@dataclass(frozen=True)
class Table:
    """What a mapping says of a table, checked."""

    grid_name: str
    encoding: str | None
    delimiter: str | None
    categories: list[str] | None
    rules: dict[str, Rule]

    def rows(self, file: Path) -> Iterator[Row]:
        """The rows of the table, a CSV or XLSX file. Raises TableError when it cannot be read or lacks a column."""
        columns = [rule.column for rule in self.rules.values() if rule.column is not None]
        return rows_of(file, columns, self.encoding, self.delimiter)

    def report(self, row: Row) -> dict[str, Any]:
        """The report of a row, as it goes on the wire."""
        texts = {name: rule.read(row) for name, rule in self.rules.items()}
        report: dict[str, Any] = {name: texts[name] for name in texts if name in _PLAIN and texts[name]}
        report["external_id"] = texts.get("external_id", "")
        place: dict[str, Any] = {name: _number(texts[name]) for name in ("lon", "lat") if texts.get(name)}
        if texts.get("place_text"):
            place["text"] = texts["place_text"]
        if place:
            report["place"] = place
        reporter = {name: texts[f"reporter_{name}"] for name in ("name", "phone") if texts.get(f"reporter_{name}")}
        if reporter:
            report["reporter"] = reporter
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
        return table_of(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
    except (OSError, yaml.YAMLError) as error:
        raise MappingError(f"{path} cannot be read: {error}") from error


def plain(headings: Sequence[str]) -> Table:
    """The table whose columns are named like fields. Raises MappingError when too few are."""
    fields = {
        name: {"column": heading} | ({"zone": TOWN_ZONE} if name == "reported_at" else {})
        for name, chinese in FIELDS.items()
        for heading in headings
        if heading in (name, chinese)
    }
    if not {"title", "description"} & set(fields):
        known = ", ".join(f"{name} ({chinese})" for name, chinese in FIELDS.items())
        raise MappingError(f"no column is named title or description; name columns like these, or map them: {known}")
    return table_of({"fields": {"external_id": {"constant": ""}} | fields}, "the columns")


def table_of(document: Any, path: str) -> Table:
    """The same from a mapping that was read already; `path` says where it stands. Raises MappingError."""
    if not isinstance(document, dict) or not isinstance(document.get("fields"), dict):
        raise MappingError(f"{path} must be a mapping with `fields`; services/intake/adapters/table.py shows one")
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
    encoding, delimiter = (str(document[key]) if key in document else None for key in ("encoding", "delimiter"))
    return Table(str(document.get("grid_name", "name")), encoding, delimiter, categories, rules)


def _rule(path: str, name: str, rule: Any) -> Rule:
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


def _zone(path: str, name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise MappingError(f"{path}: there is no time zone {name!r}; write one such as Asia/Shanghai") from error


def _refuse_unknown(path: str, where: str, given: Mapping[str, Any], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise MappingError(f"{path}: nobody reads {where}{name}; known are {', '.join(sorted(known))}")
