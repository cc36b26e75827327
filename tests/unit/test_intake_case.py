"""The life of a case: every step of the table, and messages that come too early or too late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.case import DONE, ENDED, OPEN, OVERTAKEN, STEPS, TOO_EARLY, next_step
from services.intake.domain.feedback import TEXTS, body


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_each_step_leads_where_the_table_says_and_nowhere_else(kind: str) -> None:
    before, after = STEPS[kind]
    round_ = 2 if kind == "callback.rework_asked.v1" else 1
    for state in OPEN + ENDED:
        step = next_step(state, 1, 0, kind, 1, round_)
        assert step.outcome == (DONE if state in before else TOO_EARLY)
        assert step.state == (after if state in before else None)


def test_a_gap_is_too_early_and_a_repetition_is_overtaken() -> None:
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 5, 1).outcome == TOO_EARLY
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 3, 1).outcome == OVERTAKEN
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 4, 1).outcome == DONE


def test_the_next_round_waits_until_the_case_is_in_it() -> None:
    assert next_step("follow_up_pending", 1, 5, "dispatch.work_assigned.v1", 6, 2).outcome == TOO_EARLY
    assert next_step("follow_up_pending", 1, 1, "callback.rework_asked.v1", 2, 2).outcome == DONE
    assert next_step("dispatched", 2, 5, "dispatch.work_assigned.v1", 6, 2).outcome == DONE


@given(st.permutations(range(6)))
def test_whatever_the_order_of_arrival_the_case_ends_closed(order: list[int]) -> None:
    said = [
        ("dispatch.work_assigned.v1", 1, 1),
        ("dispatch.work_acknowledged.v1", 2, 1),
        ("dispatch.work_resolved.v1", 3, 1),
        ("dispatch.work_verified.v1", 4, 1),
        ("callback.follow_up_planned.v1", 1, 1),
        ("callback.case_answered.v1", 2, 1),
    ]
    state, heard = "accepted", {"dispatch": 0, "callback": 0}
    waiting = [said[i] for i in order]
    while waiting:  # what is too early is tried again later, as the table `parked` does
        kind, sequence, round_ = waiting.pop(0)
        service = kind.partition(".")[0]
        step = next_step(state, 1, heard[service], kind, sequence, round_)
        if step.outcome == TOO_EARLY:
            waiting.append((kind, sequence, round_))
        else:
            assert step.outcome == DONE
            state, heard[service] = step.state or state, sequence
    assert state == "closed"


@pytest.mark.parametrize("state", sorted(TEXTS))
def test_every_step_has_words_in_both_languages(state: str) -> None:
    words = body(state, "20261123-000001", 2, "reason")
    assert "20261123-000001" in words["text_zh"]
    assert "20261123-000001" in words["text_en"]
    assert words["open311_status"] != "fixed" or state == "closed"
