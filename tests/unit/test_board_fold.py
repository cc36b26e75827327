"""The board counts the same, in whatever order and in however many batches the messages arrive."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.board.domain.fold import EMPTY, STATES, fold
from services.callback import messages as callback
from services.dispatch import messages as dispatch
from services.intake import messages as intake
from services.intake.domain.case import ENDED, OPEN, STEPS
from shared.messaging.envelope import Event
from shared.messaging.message import Message

# said, but the state of the case stays: of progress, reminders and answers, and of a return, which always comes
# together with the assignment of the next member
NO_STATE = {
    "intake.feedback_due.v1",
    "intake.category_changed.v1",
    "intake.media_added.v1",
    "intake.source_changed.v1",
    "intake.person_erased.v1",
    "intake.reporter_to_tell.v1",
    "intake.reporter_erased.v1",
    "intake.reporter_answered.v1",  # callback takes it as the answer
    "dispatch.service_booked.v1",
    "dispatch.service_unbooked.v1",
    "dispatch.service_offered.v1",
    "dispatch.work_progressed.v1",
    "dispatch.work_returned.v1",
    "dispatch.work_escalated.v1",
    "dispatch.work_supervised.v1",
    "dispatch.interview_recorded.v1",
    "dispatch.work_corrected.v1",
    "dispatch.work_transferred.v1",
    "dispatch.work_extended.v1",
    "dispatch.work_redated.v1",
    "dispatch.request_raised.v1",
    "dispatch.request_denied.v1",
    "dispatch.answer_awaited.v1",
    "dispatch.assist_asked.v1",
    "dispatch.assist_done.v1",
    "dispatch.assist_released.v1",
    "dispatch.work_rerouted.v1",  # a new handler comes with work_assigned
    "intake.case_corrected.v1",  # tells what the case is about
    "callback.link_due.v1",
    "dispatch.action_answered.v1",
    "dispatch.grid_changed.v1",
    "dispatch.member_changed.v1",
    "dispatch.project_changed.v1",  # about no case
    "dispatch.task_changed.v1",
}
STORY = [  # type, sequence, round: a case that is handled twice
    ("intake.case_submitted.v1", 1, 1),
    ("intake.case_registered.v1", 2, 1),
    ("dispatch.work_assigned.v1", 1, 1),
    ("dispatch.work_escalated.v1", 2, 1),
    ("dispatch.work_assigned.v1", 3, 1),
    ("dispatch.work_acknowledged.v1", 4, 1),
    ("dispatch.work_resolved.v1", 5, 1),
    ("dispatch.work_verified.v1", 6, 1),
    ("callback.follow_up_planned.v1", 1, 1),
    ("callback.rework_asked.v1", 2, 2),
    ("dispatch.work_assigned.v1", 7, 2),
    ("dispatch.work_withdrawn.v1", 8, 2),
    ("intake.case_merged.v1", 3, 2),
    ("intake.case_corrected.v1", 4, 2),
    ("intake.case_registered.v1", 5, 3),
    ("dispatch.work_assigned.v1", 9, 3),
    ("callback.case_answered.v1", 3, 3),
    ("intake.case_closed.v1", 6, 3),
]


def event(kind: str, sequence: int | None, round_: int, case: str | None = "c1") -> Event:
    facts = {"number": f"n-{case}", "source": "hotline", "level": f"P{sequence}", "grid_id": "g1"}
    if kind == "intake.case_corrected.v1":
        del facts["source"]
    data: dict[str, Any] = {"round": round_} | (facts if "case_" in kind and kind.startswith("intake") else {})
    return Event(f"{case}-{kind}-{sequence}", kind, "/t/s", "2026-11-23T01:00:00Z", data, None, case, None, sequence)


EVENTS = [event(*said, case) for case in ("c1", "c2") for said in STORY]


def by_case(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A row and a later one, as the query `fold_cases` puts them together."""
    row = old | {name: new[name] for name in ("number", "source") if new[name] is not None}
    if new["described"] > old["described"]:
        row |= {name: new[name] for name in ("described", "level", "grid_id")}
    for service in ("intake", "dispatch", "callback"):
        if new[f"{service}_seq"] > old[f"{service}_seq"]:
            row |= {name: value for name, value in new.items() if name.startswith(f"{service}_")}
    return row


def test_the_last_word_of_each_service_counts() -> None:
    row = fold(EVENTS)[0]
    assert row == EMPTY | {
        "id": "c1",
        "number": "n-c1",
        "source": "hotline",
        "level": "P5",
        "grid_id": "g1",
        "described": 5,
        "intake_seq": 6,
        "intake_state": "closed",
        "dispatch_seq": 9,
        "dispatch_state": "dispatched",
        "dispatch_round": 3,
        "callback_seq": 3,
        "callback_state": "follow_up_pending",
        "callback_round": 3,
    }


@given(st.permutations(EVENTS))
def test_any_order_gives_the_same_rows(events: list[Event]) -> None:
    assert by_case(fold(events)) == by_case(fold(EVENTS))


@given(st.permutations(EVENTS), st.integers(0, len(EVENTS)), st.integers(0, 5))
def test_any_two_batches_give_the_same_rows(events: list[Event], cut: int, again: int) -> None:
    first, second = by_case(fold(events[:cut])), by_case(fold(events[max(cut - again, 0) :]))  # some arrive twice
    rows = {case: merged(first.get(case, {"id": case} | EMPTY), row) for case, row in second.items()}
    assert first | rows == by_case(fold(EVENTS))


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_what_is_heard_twice_counts_once(events: list[Event]) -> None:
    once = list({event.id: event for event in events}.values())
    assert by_case(fold(events)) == by_case(fold(once)) == by_case(fold(events + events))


@pytest.mark.parametrize(
    "ignored",
    [
        event("dispatch.work_escalated.v1", 9, 1),
        event("dispatch.never_heard_of.v9", 9, 1),
        event("dispatch.work_assigned.v1", None, 1),
        event("dispatch.work_assigned.v1", 9, 1, None),
    ],
)
def test_what_tells_no_state_of_a_case_is_left_out(ignored: Event) -> None:
    assert fold([ignored]) == []
    assert fold([*EVENTS, ignored]) == fold(EVENTS)


def test_a_case_is_counted_before_its_opening_is_heard() -> None:
    (row,) = fold([event("dispatch.work_assigned.v1", 1, 1)])
    assert (row["number"], row["dispatch_state"], row["intake_state"]) == (None, "dispatched", None)


def said_by(module: Any) -> set[str]:
    """The types of the messages that a service says (it also keeps copies of those that it hears)."""
    own = module.__name__.split(".")[1]
    kinds = [value.TYPE for value in vars(module).values() if isinstance(value, type) and issubclass(value, Message)]
    return {kind for kind in kinds if kind and kind.startswith(f"{own}.")}


def test_everything_that_is_said_about_the_state_of_a_case_is_counted() -> None:
    said = said_by(intake) | said_by(dispatch) | said_by(callback)
    assert said == STATES.keys() | NO_STATE
    assert STATES.keys().isdisjoint(NO_STATE)


def test_the_board_knows_no_states_but_those_of_a_case() -> None:
    assert set(STATES.values()) == {*OPEN, *ENDED}


@pytest.mark.parametrize(
    "kind", sorted(kind for kind in STEPS if kind.startswith("dispatch.") and STEPS[kind][1] and kind in STATES)
)
def test_the_board_and_intake_tell_the_same_state_of_work(kind: str) -> None:
    told = STATES[kind]
    # the follow-up is told by callback itself
    assert STEPS[kind][1] == ("follow_up_pending" if kind == "dispatch.work_verified.v1" else told)
