"""Call-takers: each takes the next follow-ups for a while, calls, and says what came of it. Contacts are intake's to
show (decision 7): POST /intake/cases/{number}/contact, for the call at hand.

A call that was taken is nobody else's until it ends, or its time is over; so nobody is called by two people. What was
said about a call that has ended is answered as it was: a call-taker who heard no answer says it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from services.callback.domain.calls import ANSWERED, LAST_RANK, REACHED, CallTimes, HalfDay, attempts_over, rank
from services.callback.domain.refusing import ended
from services.callback.domain.rules import DESK
from services.callback.errors import CallUnknown, NotOpen, NotTaken
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.answering import Given, Outcome, answer_in
from shared.masking import mask
from shared.messaging.envelope import new_id


class Taken(NamedTuple):
    """What a call-taker has in hand now; `opens_at`: when calls are made again, where none are made now."""

    calls: list[Row]
    opens_at: dt.datetime | None = None


def rank_calls(rows: Sequence[Row], levels: Sequence[str], work: Work) -> None:
    """Which of new follow-ups are called first, by the levels of their cases."""
    ranked = [{"id": row["id"], "call_rank": rank(level)} for row, level in zip(rows, levels, strict=True)]
    work.rank_calls([row for row in ranked if row["call_rank"] != LAST_RANK])


def take_calls(who: str, most: int, open_work: OpenWork) -> Taken:
    """At most so many calls in hand: those that the call-taker has already, then the next that nobody has."""
    with open_work() as work:
        now, terms = work.now(), work.call_terms()
        times = work.call_times(terms)
        if not times.open_at(now):
            return Taken([], times.next_call(now))
        held = work.held_calls(who, now, most)
        fresh = {follow_up: new_id() for follow_up in work.next_calls(who, now, most - len(held))}
        work.keep_calls(held, now + terms.lease)
        work.take_calls(fresh, who, now, now + terms.lease)
        calls = [_shown(row, work) for row in work.taken_calls([*held, *fresh])]
        work.commit()
    return Taken(calls)


def not_reached(call_id: str, who: str, said: dict[str, Any], open_work: OpenWork) -> dict[str, Any]:
    """A call that has brought no answer: `outcome`, `note`, and perhaps `again_at`. Raises CallbackError."""
    with open_work() as work:
        row, state = _open_call(call_id, who, work)
        if work.attempt_of_call(call_id) is None:
            _refuse_lapsed(row, state, call_id)
            state |= _end(row, state, who, said, work)
            work.commit()
    left = 0 if state["call_over"] else row["attempts_wanted"] - row["attempts"]
    shown = {name: row[name] for name in ("number", "round", "attempts", "closes_at")}
    return shown | {"attempts_left": left, "call_at": state["call_at"] if left else None}


def answered(call_id: str, given: Given, open_work: OpenWork) -> Outcome:
    """The reporter has answered on the telephone, however long that took; `given.follow_up_id` is found by the call.
    Raises CallbackError."""
    with open_work() as work:
        row = _call(call_id, given.by, work)
        (outcome,) = answer_in([given._replace(follow_up_id=row["id"], channel=DESK)], work)
        if outcome.taken and work.attempt_of_call(call_id) is None:
            work.add_call(_attempt(row, call_id, given.by, ANSWERED, "", work.now()))
            work.end_call(row["id"], work.now(), more=1)
        work.commit()
    return outcome


def give_back(call_id: str, who: str, open_work: OpenWork) -> dict[str, Any]:
    """The call was not made: somebody else may make it, now. Raises CallbackError."""
    with open_work() as work:
        row, state = _open_call(call_id, who, work)
        if state["call_id"] == call_id and state["taken_by"]:
            work.end_call(row["id"], work.now(), more=0)
            work.commit()
    return {name: row[name] for name in ("number", "round", "attempts")}


def _call(call_id: str, who: str, work: Work) -> Row:
    """The follow-up of a call, locked. Raises CallUnknown; NotTaken, if somebody else has made the call."""
    call = work.call_by_id(call_id)
    row = work.lock_follow_ups([call["follow_up_id"]]).get(call["follow_up_id"]) if call else None
    if call is None or row is None:
        raise CallUnknown(call_id)
    if call["who"] != who:
        raise NotTaken(row["number"], call["who"])
    return row


def _open_call(call_id: str, who: str, work: Work) -> tuple[Row, Row]:
    """The same, and how far calling has come with it. Raises NotOpen, when nobody is asked any more."""
    row = _call(call_id, who, work)
    if row["state"] != "open":
        raise NotOpen(row["number"], row, ended(row))
    return row, work.call_state(row["id"])


def _refuse_lapsed(row: Row, state: Row, call_id: str) -> None:
    """Whose time is over may still say that nobody was reached, until somebody else has begun to call."""
    if state["call_id"] != call_id or state["taken_by"] is None:
        raise NotTaken(row["number"], state["taken_by"])


def _end(row: Row, state: Row, who: str, said: dict[str, Any], work: Work) -> Row:
    """The attempt is noted; gives whether calls are over, and when the next is due."""
    now, outcome = work.now(), said["outcome"]
    times = work.call_times(work.call_terms())
    row["attempts"] += 1
    over = attempts_over(outcome, row["attempts"], row["attempts_wanted"])
    call_at = None if over else _next(row, state, said.get("again_at"), times, now, work)
    work.add_call(_attempt(row, state["call_id"], who, outcome, mask(said["note"]), now))
    work.end_call(row["id"], now, more=1, call_at=call_at, over=over)
    return {"call_over": over, "call_at": call_at}


def _next(
    row: Row, state: Row, again_at: dt.datetime | None, times: CallTimes, now: dt.datetime, work: Work
) -> dt.datetime:
    """In a half-day in which nobody has tried yet; not before the reporter has asked to be called."""
    tried: set[HalfDay] = {times.half_day(one["at"]) for one in work.attempts_of(row["id"])}
    tried.add(times.half_day(state["taken_at"]))
    return times.next_call(max(now, again_at or now), tried)


def _attempt(row: Row, call_id: str, who: str, outcome: str, note: str, now: dt.datetime) -> Row:
    reached = outcome == ANSWERED or outcome in REACHED
    about = {"id": row["id"], "call_id": call_id, "at": now, "who": who}
    return about | {"reached": reached, "outcome": outcome, "note": note}


def _shown(row: Row, work: Work) -> Row:
    """A call with what to ask, and what came of earlier ones."""
    version = row.pop("questions_version")
    questions = (work.questions([version]).get(version) if version else None) or work.asking().questions
    asked = questions.as_data() | {"version": questions.version}
    asked["reasons"] = [one for one in asked["reasons"] if row["category"].startswith(one["category"])]
    return row | {"questions": asked, "earlier": work.attempts_of(row["follow_up_id"])}
