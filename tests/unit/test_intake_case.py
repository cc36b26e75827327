"""The life of a case: every step of the table, and messages that come too early or too late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.towns.schemas import TRANSITIONS
from services.intake.domain.case import (
    ACTIONS,
    AWAY,
    DONE,
    ENDED,
    OPEN,
    OPEN311,
    OVERTAKEN,
    STEPS,
    TOO_EARLY,
    next_step,
    refusal,
)
from services.intake.domain.feedback import TEXTS, body, ending
from services.intake.domain.waiting import Waits


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_each_step_leads_where_the_table_says_and_nowhere_else(kind: str) -> None:
    before, after = STEPS[kind]
    round_ = 2 if kind == "callback.rework_asked.v1" else 1
    for state in OPEN + ENDED:
        step = next_step(state, 1, 0, kind, 1, round_)
        assert step.outcome == (DONE if state in before or state in AWAY else TOO_EARLY)
        assert step.state == (after if state in before and state not in AWAY else None)


def test_a_gap_is_too_early_and_a_repetition_is_overtaken() -> None:
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 5, 1).outcome == TOO_EARLY
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 3, 1).outcome == OVERTAKEN
    assert next_step("dispatched", 1, 3, "dispatch.work_acknowledged.v1", 4, 1).outcome == DONE


def test_the_next_round_waits_until_the_case_is_in_it() -> None:
    assert next_step("follow_up_pending", 1, 5, "dispatch.work_assigned.v1", 6, 2).outcome == TOO_EARLY
    assert next_step("follow_up_pending", 1, 1, "callback.rework_asked.v1", 2, 2).outcome == DONE
    assert next_step("dispatched", 2, 5, "dispatch.work_assigned.v1", 6, 2).outcome == DONE


def test_what_is_about_a_round_that_is_over_takes_its_place_and_changes_nothing() -> None:
    """A case was merged while its reporter answered, and stands for itself again: the old answer ends nothing."""
    for kind, round_ in (("callback.case_answered.v1", 1), ("callback.rework_asked.v1", 2)):
        step = next_step("follow_up_pending", 2, 1, kind, 2, round_)
        assert (step.outcome, step.state) == (DONE, None)
    for state in AWAY:
        step = next_step(state, 1, 5, "dispatch.work_acknowledged.v1", 6, 1)
        assert (step.outcome, step.state) == (DONE, None)
        assert next_step(state, 1, 5, "dispatch.work_acknowledged.v1", 7, 1).outcome == TOO_EARLY


def test_what_callback_has_closed_it_may_open_again_or_have_asked_about_after_all() -> None:
    answered, rework = "callback.case_answered.v1", "callback.rework_asked.v1"
    assert next_step("closed", 1, 1, answered, 2, 1, closed_before=True).state == "closed"
    assert next_step("closed", 1, 1, rework, 2, 2, closed_before=True).state == "dispatched"
    assert next_step("closed", 1, 1, rework, 2, 2).state is None  # said before it was closed otherwise
    assert next_step("closed", 1, 5, "dispatch.work_assigned.v1", 6, 2).outcome == TOO_EARLY  # callback comes first
    assert next_step("dispatched", 2, 5, "dispatch.work_assigned.v1", 6, 2).outcome == DONE
    for state in ("merged", "cancelled", "rejected", "transferred"):
        assert next_step(state, 1, 1, rework, 2, 2, closed_before=True).state is None
    assert next_step("closed", 2, 1, rework, 2, 2, closed_before=True).state is None


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


@pytest.mark.parametrize("about", sorted(TEXTS))
def test_every_step_has_words_in_both_languages(about: str) -> None:
    words = body(about, "20261123-000001", 2, "{reason}", "in_progress")
    assert "20261123-000001" in words["text_zh"]
    assert "20261123-000001" in words["text_en"]
    assert words["open311_status"] != "fixed" or about == "closed"


def test_every_state_has_a_status_and_words_and_no_other_has() -> None:
    assert OPEN311.keys() == {*OPEN, *ENDED}
    assert {words.state for words in TEXTS.values()} - {""} == {*OPEN, *ENDED}  # empty: it stays as it was
    assert {words.transition for words in TEXTS.values()} - {"report_received"} == {*TRANSITIONS[2:]}


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ("merged", "duplicate"),
        ("transferred", "internal_referral"),
        ("cancelled", "cancelled"),
        ("rejected", "not_councils_responsibility"),
        ("rework", "reopen"),
        ("unmerged", "reopen"),
        ("answered", "no_further_action"),
        (ending("partly"), "no_further_action"),
        (ending("yes"), "fixed"),
        (ending(None), "fixed"),
    ],
)
def test_what_open311_clients_are_told(about: str, status: str) -> None:
    assert body(about, "n", 1)["open311_status"] == status


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_action_is_for_its_states_and_says_why_it_is_not_for_others(action: str) -> None:
    before, after = ACTIONS[action]
    assert after is None or after in OPEN + ENDED
    for state in OPEN + ENDED:
        why = refusal(action, state)
        assert (why == "") == (state in before)
        assert why == "" or (state in why and len(why) > len(state) + 10)


def test_what_somebody_has_begun_is_not_ended_behind_their_back_as_if_nobody_had() -> None:
    assert refusal("answer", "in_progress")
    assert refusal("ask", "dispatched")
    assert all(refusal("merge", state) for state in ("resolved", "follow_up_pending", *ENDED))
    assert all(not refusal("cancel", state) for state in OPEN)


def test_how_long_a_case_waits_is_a_rule_with_the_defaults_of_the_field() -> None:
    assert (Waits.of({}).information.days, Waits.of({}).transfer.days) == (5, 14)
    assert Waits.of({"waits": {"information": "3 second", "transfer": "2 emergency_hour"}}).transfer.seconds == 7200
    for text in ("5", "five day", "5 working_day", "-1 day", "1.5 day"):
        with pytest.raises(ValueError, match="whole number"):
            Waits.of({"waits": {"information": text}})
