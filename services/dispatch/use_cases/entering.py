"""The town's people and places change: all entries of a file together or none, each change said at once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError

from services.dispatch import messages
from services.dispatch.domain import registry
from services.dispatch.domain.areas import Problem, tree_problems
from services.dispatch.domain.registry import AREA, KEYS, MEMBER, Change, Record
from services.dispatch.errors import EntriesRefused
from services.dispatch.messages.registry import CHATS
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.moving import move_work
from shared.sealing import SealingKey

PRIVATE = ("phone", *CHATS)
SCHEMAS: dict[str, Schema] = {AREA: messages.AreaEntry(), MEMBER: messages.MemberEntry()}
CORRECT = "correct it, and hand the whole file in again"
EXPORT = "give a new grid a new id; a town folder is brought up to date with export-areas and export-members"


class By(NamedTuple):
    """Who changes something, and why."""

    who: str
    why: str


class Outcome(NamedTuple):
    """What became of a row (from 1): new, changed (which fields), same, or refused with the reasons."""

    row: int
    key: str
    outcome: str
    fields: tuple[str, ...] = ()
    reasons: tuple[Problem, ...] = ()


class Known(NamedTuple):
    """All areas and members, by their ids; the grids that were split or merged into others."""

    areas: dict[str, Row]
    members: dict[str, Row]
    replaced: set[str]


class Entries(NamedTuple):
    """What is to be entered; `whole`: that is the whole town, and what it does not name is gone."""

    areas: Sequence[Record] = ()
    members: Sequence[Record] = ()
    whole: bool = False


def enter(
    what: str, rows: Iterable[Row], by: By, sealing: SealingKey, open_work: OpenWork, keep: bool = True
) -> list[Outcome]:
    """The rows of a file about areas, or about members; unless `keep`, only what would become of them. The work of
    those who have left goes to others at once. Raises EntriesRefused: then nothing is kept."""
    read = _read(what, rows)
    with open_work() as work:
        known = locked(work)
        entries = Entries(areas=read) if what == AREA else Entries(members=_sealed(read, known, sealing))
        outcomes = enter_within(entries, known, by, work)[what]
        work.commit() if keep else work.rehearse()
    move_work(open_work)
    return outcomes


def load_town(
    areas: Iterable[Row], members: Iterable[Row], calendar: Row, sealing: SealingKey, open_work: OpenWork
) -> dict[str, int]:
    """All of a town folder; every record that has changed is said. Raises EntriesRefused."""
    places, people = _read(AREA, areas), _read(MEMBER, members)
    with open_work() as work:
        known, by = locked(work), By("load-town", "loaded with the town's folder")
        loaded = {"by_hand": False}
        entries = Entries([p | loaded for p in places], [p | loaded for p in _sealed(people, known, sealing)], True)
        found = enter_within(entries, known, by, work)
        new_calendar = work.put_calendar(calendar)
        work.commit()
    move_work(open_work)
    changed = sum(outcome.outcome != "same" for outcomes in found.values() for outcome in outcomes) + new_calendar
    return {"grids": len(places), "members": len(people), "changed": changed}


def locked(work: Work) -> Known:
    """All areas and members, which nobody else changes before the end of this transaction."""
    work.lock_registry()
    return Known(work.areas(), work.members(), work.replaced())


def enter_within(entries: Entries, known: Known, by: By, work: Work) -> dict[str, list[Outcome]]:
    """What becomes of the entries, by kind, in their order (and what is gone, at the end). Raises EntriesRefused."""
    changes = {
        AREA: registry.changed(AREA, known.areas, entries.areas, entries.whole),
        MEMBER: registry.changed(MEMBER, known.members, entries.members, entries.whole),
    }
    wrong = _incomplete(entries, known) or _together(changes, known)
    outcomes = {what: [_outcome(n, c, wrong) for n, c in enumerate(found, 1)] for what, found in changes.items()}
    refused = [outcome for found in outcomes.values() for outcome in found if outcome.reasons]
    if wrong:
        raise EntriesRefused(refused, [problem for problem in wrong if problem.key is None])
    _keep([change for found in changes.values() for change in found if change.fields], by, work)
    return outcomes


def _read(what: str, rows: Iterable[Row]) -> list[Record]:
    """The rows as records. Raises EntriesRefused with every row that is none, or stands there twice."""
    read, refused, seen = [], [], set()
    for number, row in enumerate(rows, 1):
        try:
            read.append(SCHEMAS[what].load(row))
        except ValidationError as error:
            told = error.normalized_messages().items()
            reasons = tuple(Problem(None, str(name), _words(problem), CORRECT) for name, problem in told)
            refused.append(Outcome(number, str(row.get(KEYS[what]) or "")[:60], "refused", (), reasons))
            continue
        key = read[-1][KEYS[what]]
        if key in seen:
            again = Problem(key, KEYS[what], f"{key} stands there twice", "leave one of the rows out")
            refused.append(Outcome(number, key, "refused", (), (again,)))
        seen.add(key)
    if refused or not read:
        empty = Problem(None, "the file", "has no rows", "hand in one that says something about somebody or something")
        raise EntriesRefused(refused, [] if refused else [empty])
    return read


def _words(problem: Any) -> str:
    return "; ".join(map(str, problem)) if isinstance(problem, list) else str(problem)


def _sealed(entries: Sequence[Record], known: Known, sealing: SealingKey) -> list[Record]:
    return [_sealed_entry(entry, known.members.get(entry["member_id"], {}), sealing) for entry in entries]


def _sealed_entry(entry: Record, before: Record, sealing: SealingKey) -> Record:
    """Phone and chat ids sealed; what is known already stays as it is stored, so that it is no change."""
    record = f"member:{entry['member_id']}"
    private = dict(before.get("chats", {})) | ({"phone": before["phone"]} if before.get("phone") else {})
    blind = dict(before.get("blind", {}))
    for name in PRIVATE:
        if name not in entry:
            continue
        if not (plain := entry[name]):
            private.pop(name, None), blind.pop(name, None)
            continue
        index = sealing.blind(plain, name)
        if blind.get(name) != index or not sealing.is_current(private.get(name, "")):
            private[name], blind[name] = sealing.seal(plain, record, name), index
    rest = {name: value for name, value in entry.items() if name not in PRIVATE}
    return rest | {"phone": private.pop("phone", None), "chats": private, "blind": blind}


def _incomplete(entries: Entries, known: Known) -> list[Problem]:
    return [
        Problem(entry[KEYS[what]], name, "is missing, and there is no such record yet", CORRECT)
        for what, records, given in ((AREA, known.areas, entries.areas), (MEMBER, known.members, entries.members))
        for entry in given
        for name in registry.missing(what, records, entry)
    ]


def _together(changes: dict[str, list[Change]], known: Known) -> list[Problem]:
    """What does not go together, of what is entered: a mistake that was there before keeps nobody from working."""
    areas = known.areas | {change.key: change.after for change in changes[AREA]}
    members = known.members | {change.key: change.after for change in changes[MEMBER]}
    entered = {change.key for found in changes.values() for change in found if change.fields} | {None}
    found = tree_problems(areas.values()) if changes[AREA] else []
    back = known.replaced & {change.key for change in changes[AREA] if change.after["geometry"]}
    found += [Problem(i, "grid_id", "it was split or merged", EXPORT) for i in back if not known.areas[i]["geometry"]]
    found += registry.member_problems(members.values(), areas.values())
    return [problem for problem in found if problem.key in entered]


def _outcome(number: int, change: Change, wrong: Sequence[Problem]) -> Outcome:
    reasons = tuple(problem for problem in wrong if problem.key == change.key)
    fields = tuple(name for name in change.fields if name not in registry.DERIVED)
    outcome = "refused" if reasons else "new" if change.before is None else "changed" if change.fields else "same"
    return Outcome(number, change.key, outcome, fields if change.before else (), reasons)


def _keep(changes: Sequence[Change], by: By, work: Work) -> None:
    """Stored, kept in the journal, and said."""
    now = work.now() if changes else None
    work.put_areas([change.after for change in changes if change.what == AREA])
    work.put_members([change.after for change in changes if change.what == MEMBER])
    rows = [
        {"what": c.what, "key": c.key, "version": c.after["version"], "at": now, "who": by.who, "why": by.why}
        | c.journal
        for c in changes
    ]
    work.add_registry_journal(rows)
    say_areas([change.after for change in changes if change.what == AREA], work)
    say_members([change.after for change in changes if change.what == MEMBER], work)


def say_areas(rows: Iterable[Row], work: Work) -> None:
    work.say(
        messages.GridChanged.say(work.address, row["grid_id"], None, None, **_said(row, "households", "by_hand"))
        for row in rows
    )


def say_members(rows: Iterable[Row], work: Work) -> None:
    work.say(
        messages.MemberChanged.say(work.address, row["member_id"], None, None, **_said(row, "blind", "by_hand"))
        for row in rows
    )


def _said(row: Row, *but: str) -> Row:
    return {name: value for name, value in row.items() if name not in but}
