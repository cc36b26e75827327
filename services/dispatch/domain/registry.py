"""The town's areas and members as records, and what is entered about them: who may stand beside whom, what changes.

An entry names only the fields that it changes. Phones and chat ids stand in the records sealed; what knows them again
is their blind index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.dispatch.domain.areas import Problem

Record = dict[str, Any]
AREA, MEMBER = "area", "member"
KEYS = {AREA: "grid_id", MEMBER: "member_id"}
# what a record says, and what it says as long as nobody has entered it; what has no such value must be entered
FIELDS: dict[str, dict[str, Any]] = {
    AREA: {
        "code": ...,
        "name": ...,
        "level": ...,
        "parent_id": None,
        "households": None,
        "geometry": ...,
        "area": ...,
        "by_hand": True,
    },
    MEMBER: {
        "name": ...,
        "role": ...,
        "grid_id": ...,
        "skills": [],
        "language": "zh",
        "on_duty": True,
        "active": True,
        "phone": None,
        "chats": {},
        "blind": {},
        "by_hand": True,
    },
}
GONE: dict[str, Record] = {AREA: {"geometry": None, "area": 0.0}, MEMBER: {"active": False, "on_duty": False}}
HIDDEN, DERIVED = ("phone", "chats"), ("blind", "area", "by_hand")
SET = "•••"  # stands for a phone or a chat id


class Change(NamedTuple):
    """A record before (None: it is new) and after an entry; `fields` are those that differ."""

    what: str
    key: str
    before: Record | None
    after: Record
    fields: tuple[str, ...]

    @property
    def journal(self) -> Record:
        """Before and after of the fields that have changed; that a phone is there, not which."""
        names = [name for name in self.fields if name not in DERIVED]
        before = {name: _shown(name, self.before[name]) for name in names} if self.before else None
        return {"before": before, "after": {name: _shown(name, self.after[name]) for name in names}}


def changed(what: str, known: Mapping[str, Record], entries: Sequence[Record], whole: bool = False) -> list[Change]:
    """What the entries make of the records, an entry each: also of those that change nothing. In a `whole` town, what
    is entered no more is gone, unless it was entered by hand."""
    key = KEYS[what]
    changes = [_change(what, entry[key], known.get(entry[key]), entry) for entry in entries]
    loaded = {i for i, record in known.items() if not record["by_hand"]}
    missing = loaded - {entry[key] for entry in entries} if whole else set()
    return changes + [c for i in sorted(missing) if (c := _change(what, i, known[i], GONE[what])).fields]


def _change(what: str, key: str, before: Record | None, entry: Record) -> Change:
    new = {name: value for name, value in FIELDS[what].items() if value is not ...}
    given = {name: value for name, value in entry.items() if name in FIELDS[what]}
    after: Record = {KEYS[what]: key, "version": 1} | new | (before or {}) | given
    fields = tuple(name for name in FIELDS[what] if before is None or before[name] != after.get(name))
    if before and fields:
        after["version"] = before["version"] + 1
    return Change(what, key, before, after, fields)


def missing(what: str, known: Mapping[str, Record], entry: Record) -> list[str]:
    """What must be entered about a record that is new, and is not."""
    if entry[KEYS[what]] in known:
        return []
    return [name for name, value in FIELDS[what].items() if value is ... and name != "area" and name not in entry]


def member_problems(members: Iterable[Record], areas: Iterable[Record]) -> list[Problem]:
    """What is wrong with a town's active members, taken together."""
    alive = {area["grid_id"] for area in areas if area["geometry"]}
    active = [member for member in members if member["active"]]
    found = [
        Problem(m["member_id"], "grid_id", f"there is no area {m['grid_id']}", "name an area of this town")
        for m in active
        if m["grid_id"] not in alive
    ]
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for member in active:
        for name, index in member["blind"].items():
            owners[name, index].append(member["member_id"])
    for (name, _), ids in owners.items():
        for member_id in ids if len(ids) > 1 else ():
            others = ", ".join(other for other in ids if other != member_id)
            found.append(Problem(member_id, name, f"it is that of {others}, too", "give each member their own"))
    return found


def _shown(name: str, value: Any) -> Any:
    if name not in HIDDEN or not value:
        return value
    return dict.fromkeys(value, SET) if isinstance(value, dict) else SET
