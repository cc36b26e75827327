"""Nobody has read what they were asked to do: the next channel says it, then who leads them hears of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.notify.channels import metrics
from services.notify.domain.notices import Notice, about_unread
from services.notify.domain.unread import (
    ASSIGNED,
    DESK,
    HEADS,
    LEADER,
    NEXT_CHANNEL,
    TAKING,
    Decision,
    Known,
    Told,
    Watched,
    decide,
    expires_at,
    leaders_of,
)
from services.notify.domain.unread_data import steps_of
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.noticing import tell
from shared.messaging.envelope import Event, new_id
from shared.rounds import work_off

AT_ONCE = 100  # notices in one transaction
NOBODY = "nobody leads an area around this member, and nobody is at the desk"


class Due(NamedTuple):
    """A watched notice as its row says, and what is done about it now."""

    row: Row
    watched: Watched
    decision: Decision

    @property
    def step(self) -> int:
        """The number of the step that comes."""
        return self.watched.taken + 1


def escalate_unread(open_work: OpenWork) -> int:
    """Take every step that is due about notices that nobody has read; gives how many notices were looked at."""
    return work_off(_look, open_work)


def forget_acts(open_work: OpenWork) -> None:
    """What members did long ago says nothing about what they are told now."""
    with open_work() as work:
        work.forget_acts()
        work.commit()


def _look(work: Work) -> int:
    rows = work.lock_unread(AT_ONCE)
    if not rows:
        return 0
    due = _decided(rows, work)
    taken = _tell_leaders([one for one in due if _goes_to(one, LEADER)], work)
    taken += _go_on([one for one in due if _goes_to(one, NEXT_CHANNEL)], work)
    work.put_unread([_row(one) for one in due])
    work.note_steps(taken)
    work.hush([_silent(one.row) for one in due if one.decision.ended and not one.decision.step])
    _count(due)
    return len(rows)


def _silent(row: Row) -> Row:
    return {"member_id": row["member_id"], "from": row["notice_number"], "upto": row["notice_number"]}


def _count(due: Sequence[Due]) -> None:
    for one in due:
        if one.decision.step:
            metrics.unread_steps.labels(one.decision.step.to).inc()
        if one.decision.ended:
            metrics.unread_ended.labels(one.decision.ended).inc()


def _goes_to(due: Due, measure: str) -> bool:
    return due.decision.step is not None and due.decision.step.to == measure


def _decided(rows: Sequence[Row], work: Work) -> list[Due]:
    known = work.known_of([row["notice_id"] for row in rows])
    told: dict[str, list[Told]] = defaultdict(list)
    for row in work.told_about({row["number"] for row in rows}, (*TAKING, ASSIGNED)):
        told[row["number"]].append(_told(row, row))
    due = []
    for row in rows:
        watched = _watched(row)
        about = Known(**known[row["notice_id"]], notices=told[row["number"]])
        due.append(Due(row, watched, decide(watched, about, work.now())))
    return due


def _watched(row: Row) -> Watched:
    return Watched(
        told=_told(row, row["body"]),
        notice_number=row["notice_number"],
        said_at=row["said_at"],
        since=row["since"],
        steps=steps_of(row["steps"]),
        taken=row["taken"],
        expires_at=expires_at(row["kind"], row["body"], row["said_at"]),
    )


def _told(row: Row, about: Mapping[str, Any]) -> Told:
    return Told(row["member_id"], row["kind"], (about.get("round") or 0, about.get("version") or 0))


def _tell_leaders(due: Sequence[Due], work: Work) -> list[Row]:
    """Who leads the members hears of what they have not read, in numbered notices of their own."""
    if not due:
        return []
    parents, areas = work.area_parents(), work.areas_of({one.row["member_id"] for one in due})
    heads: dict[str, list[str]] = defaultdict(list)
    for member, role, area in work.heads((*HEADS, DESK)):
        heads[DESK if role == DESK else area or ""].append(member)
    words = work.templates()
    told: list[tuple[Notice, Event]] = []
    taken = []
    for one in due:
        member = one.row["member_id"]
        leaders = leaders_of(member, areas.get(member), parents, heads)
        told += [(about_unread(leader, _facts(one, work), words), _cause(one, work)) for leader in leaders]
        taken.append(_taken(one, list(leaders), "" if leaders else NOBODY))
    tell(told, work)
    return taken


def _go_on(due: Sequence[Due], work: Work) -> list[Row]:
    """The same once more for the members themselves, in other words, on a way that has not been tried."""
    tried = work.ways_tried([one.row["notice_id"] for one in due]) if due else {}
    work.add_notifications([_again(one, tried.get(one.row["notice_id"], []), work) for one in due])
    return [_taken(one, tried.get(one.row["notice_id"], []), "") for one in due]


def _again(due: Due, tried: Sequence[str], work: Work) -> Row:
    row, body = due.row, due.row["body"]
    key = _key(due)
    named = {name: body.get(name) for name in ("number", "level", "category")}
    return named | {
        "id": new_id(),
        "key": key,
        "receiver": row["member_id"],
        "kind": row["kind"],
        "event_id": key,
        "notice_number": row["notice_number"],
        "facts": body | {"again": due.step + 1, "tried": list(tried)},
        "created_at": work.now(),
    }


def _facts(due: Due, work: Work) -> dict[str, Any]:
    """What the leader is told: the notice, whose it is, for how long it has not been read."""
    minutes = int((work.now() - due.watched.since).total_seconds() // 60)
    why = f"已{minutes}分钟未查看 / not read for {minutes} minutes"
    return due.row["body"] | {"to_member_id": due.row["member_id"], "nth": due.step, "why": why}


def _cause(due: Due, work: Work) -> Event:
    """What a notice about an unread one comes from: this step, and no message."""
    return Event(_key(due), "notify.notice_unread", work.address, work.now().isoformat(), {})


def _key(due: Due) -> str:
    """Of what comes of a step: the same however often it is tried."""
    return f"unread/{due.row['notice_id']}/{due.step}"


def _taken(due: Due, reached: Sequence[str], reason: str) -> Row:
    assert due.decision.step
    row = {"notice_id": due.row["notice_id"], "step": due.step, "measure": due.decision.step.to}
    return row | {"reached": list(reached), "reason": reason}


def _row(due: Due) -> Row:
    taken = due.watched.taken + (due.decision.step is not None)
    return {
        "notice_id": due.row["notice_id"],
        "taken": taken,
        "due": due.decision.due,
        "ended": due.decision.ended,
    }
