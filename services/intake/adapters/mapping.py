"""A platform's words and ours: renamed fields, codes, stages. All of it is data in `Source.settings`:

`field_map` {the adapter's field: "their.path"} where a platform of a known kind names a field otherwise;
`ignored_fields`: what it sends and nobody reads; `category_map`, `kind_map`, `level_map` {their code: ours};
`unknown_category: refuse`, or else an unknown code leaves the category to keywords and the desk;
`status_map` {our state: their word} for updates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, ValidationError

from services.intake.adapters.generic import reasons_of
from services.intake.adapters.protocol import Data, Read
from services.intake.domain.registration import Reason, Refusal, Report, Source
from services.intake.messages.outside import KINDS, LEVELS
from shared.messaging.quick import compiled

KIND_WORDS = {"咨询": "consultation", "求助": "help", "建议": "suggestion", "投诉": "complaint", "举报": "report"}
SOLVED = {"yes": "是", "partly": "部分解决", "no": "否"}
SATISFACTION = {"satisfied": "满意", "mostly_satisfied": "基本满意", "dissatisfied": "不满意", "unrated": "未评价"}
_MISSING = object()


class Codes:
    """A platform's codes in the town's words. What is wrong goes into `reasons`, an unknown category into `extra`."""

    def __init__(self, source: Source):
        self.settings = source.settings
        self.reasons: list[Reason] = []
        self.extra: Data = {}

    def category(self, code: str, field: str) -> str:
        """By `category_map`; without one, the platform uses the town's own catalogue."""
        known = self.settings.get("category_map")
        if not code or known is None:
            return code
        if code not in known:
            if self.settings.get("unknown_category") == "refuse":
                self.refuse(field, f"{code!r} has no category here", "use a code of the agreed list, or leave it out")
            self.extra[field] = code
        return str(known.get(code, ""))

    def kind(self, word: str, field: str, words: Mapping[str, str] = KIND_WORDS) -> str | None:
        """One of the five kinds; an empty word leaves it to the category."""
        return self._word(word, field, words, "kind_map", KINDS)

    def level(self, word: str, field: str, words: Mapping[str, str | None]) -> str | None:
        """P1 to P4; None leaves it to the category."""
        return self._word(word, field, words, "level_map", LEVELS)

    def refuse(self, field: str, problem: str, repair: str) -> None:
        self.reasons.append(Reason(field, problem, repair))

    def keep(self, values: Mapping[str, Any], *names: str) -> None:
        """Fields that the platform's updates carry again, or that the desk may want to see."""
        self.extra |= {name: values[name] for name in names if values[name] not in (None, "", [])}

    def _word(
        self, word: str, field: str, words: Mapping[str, str | None], setting: str, ours: tuple[str, ...]
    ) -> str | None:
        known: dict[str, str | None] = {own: own for own in ours} | dict(words) | self.settings.get(setting, {})
        if word and word not in known:
            self.refuse(field, f"{word!r} is not known here", f"use one of {'、'.join(known)}")
        return known.get(word)


def reader(schema: Schema, number: str, convert: Callable[[Data, Codes, Source], Report]) -> Read:
    """How an adapter reads: rename, hold against the schema, convert. `number` is the platform's field for its own
    number of the matter, under which it hears what becomes of it."""
    quick = compiled(schema)

    def read(data: Data, source: Source, reference: str, publisher: str | None = None) -> Report | Refusal:
        fields = source.settings.get("field_map", {})
        told = _said(renamed(data, fields, source.settings.get("ignored_fields", ())))
        codes = Codes(source)
        try:
            report = convert(quick(told) or schema.load(told), codes, source)
        except ValidationError as error:
            codes.reasons = reasons_of(error)
        if not codes.reasons:
            return report
        reasons = [replace(reason, field=fields.get(reason.field, reason.field)) for reason in codes.reasons]
        return Refusal(source.name, _readable(told.get(number)), reference, reasons)

    return read


def report(source: Source, external_id: str, coordinates: str = "wgs84", **told: Any) -> Report:
    """A report of this source with what was told; the rest is empty. `coordinates` are those that the kind of platform
    uses unless the source says otherwise."""
    empty: Data = {"category": "", "kind": None, "level": None, "title": "", "description": "", "place_text": ""}
    empty |= {"lon": None, "lat": None, "reported_at": None, "reporter": {}, "media": []}
    used = source.settings.get("coordinates", coordinates)
    return Report(source=source.name, external_id=external_id, coordinates=used, **(empty | told))


def reporter(name: str, phone: str, anonymous: bool = False) -> Data:
    return {"name": name, "phone": phone, "anonymous": anonymous} if name or phone else {}


def about(feedback: Data) -> str:
    """What the platform hears: `refused` (no case), `rework` (a new round), or the state of the case."""
    if feedback.get("open311_status") == "reopen":
        return "rework"
    return feedback.get("state") or "refused"


def stage(feedback: Data, source: Source, words: Mapping[str, str]) -> str:
    """Where the matter stands, in the platform's own word."""
    state = about(feedback)
    return str(({**words, **source.settings.get("status_map", {})}).get(state, state))


def why_refused(feedback: Data) -> str | None:
    """The reasons of a refusal in one text."""
    return "；".join(f"{r['field']}: {r['problem']}; {r['repair']}" for r in feedback.get("reasons") or []) or None


def present(**fields: Any) -> Data:
    """Without what is not there: an update says only what is known."""
    return {name: value for name, value in fields.items() if value is not None}


def renamed(data: Data, field_map: Mapping[str, str], ignored: Any = ()) -> Data:
    """The data with the adapter's names for their fields; what is left over stays, to be refused."""
    found = {}
    for name in ignored:
        _, data = _taken(data, name.split("."))
    for ours, path in field_map.items():
        value, data = _taken(data, path.split("."))
        if value is not _MISSING:
            found[ours] = value
    return data | found


def _taken(data: Any, path: list[str]) -> tuple[Any, Any]:
    """The value at a path, and the data without it."""
    name, *deeper = path
    if not isinstance(data, dict) or name not in data:
        return _MISSING, data
    rest = {key: value for key, value in data.items() if key != name}
    if not deeper:
        return data[name], rest
    value, inner = _taken(data[name], deeper)
    return value, rest if inner == {} and value is not _MISSING else rest | {name: inner}


def _said(data: Data) -> Data:
    """Many platforms send every field and leave it empty: an empty one is an absent one."""
    return {name: value for name, value in data.items() if value is not None and value != ""}


def _readable(number: Any) -> str:
    return number[:200] if isinstance(number, str) and "\0" not in number else ""
