"""How much is sent, how often it is tried, by whom, and what becomes of it: rules, by tables and by properties."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import breaker
from services.notify.domain.breaker import CLOSED, FAILURES, LONGEST, OPEN, TRIAL, Breaker, state_of
from services.notify.domain.buckets import ACCOUNT, TARGET, Bucket, Key, Limit, default_burst, draw, filled
from services.notify.domain.deciding import (
    ACCEPTED,
    CREATED,
    DELIVERED,
    DOUBTED,
    FAILED,
    FORGOTTEN,
    LONGEST_STEP,
    READ_WITHIN,
    UNCERTAIN,
    Attempt,
    back_off,
    decide,
    decide_receipt,
)
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import Delivered, Outcome, Refused, TryLater, Uncertain
from services.notify.domain.ways import Candidate, choose

START = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
limits = st.builds(
    lambda count, seconds, part, reserve: Limit(count, seconds, max(1, round(count * part)), ACCOUNT, reserve),
    st.integers(1, 40),
    st.sampled_from([0.5, 1.0, 7.0, 60.0, 3600.0]),
    st.floats(0.01, 1),
    st.integers(0, 5),
)


def seconds(count: float) -> dt.timedelta:
    return dt.timedelta(seconds=count)


@given(limits, st.lists(st.tuples(st.floats(0, 0.3), st.booleans()), min_size=1, max_size=200))
def test_no_window_holds_more_than_its_limit(limit: Limit, asked: list[tuple[float, bool]]) -> None:
    """Whenever somebody asks, urgent or not: counted as the provider counts."""
    buckets: dict[Key, Bucket] = {}
    now, sent = START, []
    for pause, urgent in asked:
        now += seconds(pause * limit.seconds)
        if not draw([limit], {ACCOUNT: ""}, buckets, urgent, now).wait:
            sent.append(now)
    for at, first in enumerate(sent):
        assert sum(one < first + seconds(limit.seconds) for one in sent[at:]) <= limit.count


@given(limits, st.integers(1, 60))
def test_whoever_waits_as_long_as_told_may_go(limit: Limit, number: int) -> None:
    """And nobody waits for longer than the limit asks for."""
    buckets: dict[Key, Bucket] = {}
    now = START
    for _ in range(number):
        told = draw([limit], {ACCOUNT: ""}, buckets, True, now)
        if told.wait:
            assert told == (told.wait, ACCOUNT)
            now += seconds(told.wait + 2e-6 / limit.rate + 2e-6)
            assert not draw([limit], {ACCOUNT: ""}, buckets, True, now).wait
    needed = max(0, number - limit.burst) / limit.rate
    assert (now - START).total_seconds() <= needed * (1 + 1e-5) + number * 1e-5


def test_whoever_asks_often_loses_nothing() -> None:
    limit, buckets = Limit(1, 3600, 1), dict[Key, Bucket]()
    assert not draw([limit], {ACCOUNT: ""}, buckets, True, START).wait
    asked = [draw([limit], {ACCOUNT: ""}, buckets, True, START + seconds(at / 10)).wait for at in range(36_000)]
    assert all(asked) and not draw([limit], {ACCOUNT: ""}, buckets, True, START + seconds(3600)).wait


def test_the_last_tokens_are_for_what_is_urgent() -> None:
    limit, buckets = Limit(20, 60, 10, reserve=2), dict[Key, Bucket]()
    ordinary = [draw([limit], {ACCOUNT: ""}, buckets, False, START).wait == 0 for _ in range(12)]
    urgent = [draw([limit], {ACCOUNT: ""}, buckets, True, START).wait == 0 for _ in range(3)]
    assert (ordinary.count(True), urgent) == (8, [True, True, False])


def test_a_limit_that_is_reached_takes_nothing_of_the_others() -> None:
    mine = [Limit(20, 60, 10), Limit(1, 60, 1, TARGET)]
    buckets: dict[Key, Bucket] = {}
    assert not draw(mine, {ACCOUNT: "", TARGET: "a"}, buckets, True, START).wait
    assert draw(mine, {ACCOUNT: "", TARGET: "a"}, buckets, True, START).by == TARGET
    assert buckets["", 0].tokens == 9
    assert not draw(mine, {ACCOUNT: "", TARGET: "b"}, buckets, True, START).wait


def test_a_clock_that_goes_back_adds_nothing() -> None:
    limit = Limit(10, 10, 5)
    assert filled(limit, Bucket(1.0, START), START - seconds(100)) == Bucket(1.0, START)


def test_the_published_limits_of_a_number() -> None:
    """One a minute, five an hour, ten a day, if somebody asks all day."""
    buckets: dict[Key, Bucket] = {}
    sent = [
        second
        for second in range(0, 86400, 5)
        if not draw(KINDS["sms_aliyun"].limits, {TARGET: "n"}, buckets, True, START + seconds(second)).wait
    ]
    assert len(sent) <= 10 and sent[:2] == [0, 60]
    assert sum(second < 3600 for second in sent) <= 5


# the breaker


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 900))))
def test_a_breaker_opens_after_failures_and_closes_by_an_answer(history: list[tuple[bool, float]]) -> None:
    now, known, in_a_row = START, Breaker(), 0
    for answered, pause in history:
        now += seconds(pause)
        before = state_of(known, now)
        known = breaker.after(known, answered, now)
        in_a_row = 0 if answered else in_a_row + 1
        if answered:
            assert known == Breaker()
        elif before == TRIAL:
            assert state_of(known, now) == OPEN, "a trial that fails opens it again"
        assert (state_of(known, now) != CLOSED) == (in_a_row >= FAILURES)
        if known.open_until:
            assert known.open_until <= now + seconds(LONGEST)
            assert state_of(known, known.open_until) == TRIAL


def test_what_was_under_way_does_not_open_it_for_longer() -> None:
    known = Breaker()
    for _ in range(50):
        known = breaker.after(known, False, START)
    assert (known.trips, known.open_until) == (1, START + seconds(30))


# attempts


@given(st.integers(1, 60), st.floats(0, 1))
def test_attempts_come_less_and_less_often(attempts: int, luck: float) -> None:
    wait = back_off(attempts, luck)
    assert 0 <= wait <= LONGEST_STEP
    assert (wait == 0) == (attempts == 1), "the first retry comes at once"
    assert wait <= back_off(attempts + 1, luck)
    assert back_off(attempts, 0) * 2 == back_off(attempts, 1), "two that failed together come at different times"


outcomes = st.one_of(
    st.builds(Delivered, st.sampled_from(["", "r"])),
    st.builds(TryLater, st.floats(0, 1000), st.just("why")),
    st.builds(Refused, st.just("why"), st.booleans()),
    st.builds(Uncertain, st.just("why")),
)
attempts = st.builds(
    Attempt, st.integers(1, 12), st.integers(1, 12), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)


@given(outcomes, attempts, st.floats(0, 1))
def test_what_may_have_gone_out_is_not_sent_again_in_silence(outcome: Outcome, attempt: Attempt, luck: float) -> None:
    to = decide(outcome, attempt, luck)
    doubt = attempt.doubtful or isinstance(outcome, Uncertain)
    arrived = isinstance(outcome, Delivered) and not outcome.receipt
    assert (to.state == DELIVERED) == arrived, "nothing else is delivered"
    if isinstance(outcome, Uncertain) and not attempt.repeatable:
        assert to.state == UNCERTAIN
    if doubt and not isinstance(outcome, Delivered):
        assert to.state != FAILED and to.doubtful
        assert not (to.move and not isinstance(outcome, Refused)), "another provider would not know it again"
    if to.state == CREATED:
        assert attempt.attempts < attempt.most and to.wait is not None
    if to.state in (FAILED, UNCERTAIN):
        assert to.reason and to.wait is None
        assert to.fall_back == (attempt.urgent or to.state == FAILED)
    if isinstance(outcome, TryLater) and to.state == CREATED and not to.move:
        assert (to.wait or 0) >= outcome.after


@pytest.mark.parametrize(
    ("outcome", "polls", "age", "urgent", "state", "expected"),
    [
        (Delivered(), 3, 10, False, ACCEPTED, (DELIVERED, False)),
        (Delivered(), 9, 9000, False, UNCERTAIN, (DELIVERED, False)),  # late, and it counts
        (Refused("dropped"), 1, 5, False, ACCEPTED, (FAILED, True)),
        (Refused("dropped"), 1, 999, True, UNCERTAIN, (FAILED, False)),  # the next channel has it already
        (TryLater(0, "?"), 1, 5, False, ACCEPTED, (ACCEPTED, False)),
        (TryLater(0, "?"), 9, DOUBTED[True], True, ACCEPTED, (UNCERTAIN, True)),
        (TryLater(0, "?"), 9, DOUBTED[True], False, ACCEPTED, (ACCEPTED, False)),
        (TryLater(0, "?"), 9, DOUBTED[False], False, ACCEPTED, (UNCERTAIN, False)),
    ],
)
def test_receipts(
    outcome: Outcome, polls: int, age: float, urgent: bool, state: str, expected: tuple[str, bool]
) -> None:
    to = decide_receipt(outcome, polls, age, urgent, state)
    assert (to.state, to.fall_back) == expected


def test_a_receipt_is_asked_for_until_it_is_forgotten() -> None:
    assert decide_receipt(TryLater(0, "?"), 99, FORGOTTEN - 1, False, UNCERTAIN).wait
    assert decide_receipt(TryLater(0, "?"), 99, FORGOTTEN, False, UNCERTAIN).wait is None


@pytest.mark.parametrize(
    ("outcome", "age", "urgent", "state", "asked_again"),
    [
        (Delivered(read=False), 1.0, True, ACCEPTED, True),
        (Delivered(read=False), READ_WITHIN - 1, True, DELIVERED, True),
        (Delivered(read=False), READ_WITHIN, True, DELIVERED, False),
        (Delivered(read=False), 1.0, False, ACCEPTED, False),  # nobody waits for that
        (Delivered(read=True), 1.0, True, DELIVERED, False),
        (Delivered(), 1.0, True, ACCEPTED, False),  # its provider does not know
        (TryLater(0, "?"), 1.0, True, DELIVERED, True),
        (Refused("?"), 1.0, True, DELIVERED, True),  # what has arrived has arrived
    ],
)
def test_what_is_urgent_is_asked_after_until_it_was_read(
    outcome: Outcome, age: float, urgent: bool, state: str, asked_again: bool
) -> None:
    to = decide_receipt(outcome, 3, age, urgent, state)
    assert (to.state, bool(to.wait), to.fall_back) == (DELIVERED, asked_again, False)


# accounts of one way


candidates = st.lists(
    st.builds(Candidate, st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5), st.booleans()),
    unique_by=lambda one: one.account_id,
    max_size=6,
)


@given(candidates, st.floats(0, 1, exclude_max=True))
def test_an_able_account_is_chosen_where_there_is_one(given: list[Candidate], luck: float) -> None:
    chosen = choose(given, (), luck)
    by_name = {one.account_id: one for one in given}
    assert (chosen is None) == (not given)
    if chosen and any(one.able for one in given):
        assert by_name[chosen].able
        assert by_name[chosen].weight or not any(one.able and one.weight for one in given)


def test_weights_are_shares() -> None:
    given = [Candidate("a", 3, True), Candidate("b", 1, True), Candidate("c", 9, False)]
    chosen = [choose(given, (), (at + 0.5) / 100) for at in range(100)]
    assert (chosen.count("a"), chosen.count("b")) == (75, 25)
    assert {choose(given, {"a"}, (at + 0.5) / 100) for at in range(100)} == {"b"}, "the second takes over"


@given(st.integers(1, 1000))
def test_half_of_a_limit_goes_at_once(count: int) -> None:
    assert 1 <= default_burst(count) <= count
