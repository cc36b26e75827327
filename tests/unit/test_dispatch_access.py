"""Who may see and do what; how often somebody may try; which passwords are good; how long a session lives."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain import attempts
from services.dispatch.domain.access import (
    ASSIGN,
    END_SESSIONS,
    MANAGE_DUTY,
    MANAGE_LEAVES,
    RIGHTS,
    SEE_ORDERS,
    SEE_SCORES,
    SEE_SESSIONS,
    Grant,
    Matter,
    Person,
    grant,
    may,
)
from services.dispatch.domain.attempts import ADDRESS, MEMBER, Bucket, Limit
from services.dispatch.domain.passwords import weakness
from services.dispatch.domain.sessions import AGAIN, ENDED, IDLE, LONGEST, REPEAT, REUSED, TURN, Session, judge
from services.dispatch.domain.words import DEPARTMENTS

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

PEOPLE = {  # what tokens of these people say
    "worker": Person("m002", "member", "worker"),
    "checker": Person("checker1", "member", "checker"),
    "leader": Person("m001", "leader", "leader", "g001"),
    "guide": Person("guide1", "leader", "guide", "village"),
    "town leader": Person("mayor", "leader", "leader"),
    "desk": Person("desk1", "desk", "desk"),
    "enforcement": Person("e1", "member", "enforcement"),
    "operator's desk": Person("me", "desk"),
    "source": Person("hotline", "source"),
}
HERE = Matter(("m009", None), ("g001", "village", "town"), "enforcement")
THERE = Matter(("m008", "checker2"), ("g002", "village", "town"), "market_supervision")
ELSEWHERE = Matter(("m008", None), (None,), None)  # in no grid, of no platform
MAY = {  # who may see which order that is not their own
    "worker": (False, False, False),
    "checker": (False, False, False),
    "leader": (True, False, False),
    "guide": (True, True, False),
    "town leader": (True, True, True),
    "desk": (True, True, True),
    "enforcement": (True, False, False),
    "operator's desk": (True, True, True),
    "source": (False, False, False),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_see_which_order(who: str) -> None:
    assert tuple(may(PEOPLE[who], SEE_ORDERS, matter) for matter in (HERE, THERE, ELSEWHERE)) == MAY[who]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("action", RIGHTS)
def test_everybody_may_what_is_their_own(who: str, action: str) -> None:
    name = PEOPLE[who].name
    assert may(PEOPLE[who], action, Matter((name,), ("g099",), "public_safety"))
    assert may(PEOPLE[who], action, Matter(("m099", name)))


@pytest.mark.parametrize("action", [MANAGE_LEAVES, MANAGE_DUTY, ASSIGN, SEE_SCORES])
def test_leaders_decide_in_their_area_and_nowhere_else(action: str) -> None:
    inside, other_grid = Matter(areas=("g001", "village", "town")), Matter(areas=("g002", "village", "town"))
    may_do = {who: tuple(may(person, action, m) for m in (inside, other_grid)) for who, person in PEOPLE.items()}
    assert {who for who, allowed in may_do.items() if allowed == (True, True)} == {
        "guide",
        "town leader",
        "desk",
        "operator's desk",
    }
    assert {who for who, allowed in may_do.items() if allowed == (True, False)} == {"leader"}
    assert not any(may(person, action, Matter()) for who, person in PEOPLE.items() if person.area)


@pytest.mark.parametrize("action", [SEE_SESSIONS, END_SESSIONS])
def test_only_the_desk_has_to_do_with_sessions_of_others(action: str) -> None:
    allowed = {
        who for who, person in PEOPLE.items() if may(person, action, Matter(("m099",), ("g001",), "enforcement"))
    }
    assert allowed == {"desk", "operator's desk"}


def test_an_action_that_nobody_has_thought_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        may(PEOPLE["desk"], "fly", HERE)


def test_what_a_token_grants() -> None:
    assert grant("worker", "g001", False) == Grant("member", "worker", None)
    assert grant("leader", "g001", False) == Grant("leader", "leader", "g001")
    assert grant("guide", "village", False) == Grant("leader", "guide", "village")
    assert grant("leader", "town", True) == Grant("leader", "leader", None)
    assert grant("desk", "town", True) == Grant("desk", "desk", None)
    for platform in DEPARTMENTS:
        assert grant(platform, "town", True) == Grant("member", platform, None)


@pytest.mark.parametrize("limit", [MEMBER, ADDRESS])
@given(pauses=st.lists(st.floats(0, 400), max_size=80))
def test_never_more_tries_than_the_bucket_holds_and_drains(limit: Limit, pauses: list[float]) -> None:
    bucket, at, let_in = Bucket("x", 0.0, NOW), NOW, 0
    for pause in pauses:
        at += dt.timedelta(seconds=pause)
        if not attempts.wait(bucket, limit, at):
            bucket, let_in = attempts.tried(bucket, limit, at), let_in + 1
    assert let_in <= limit.holds + (at - NOW).total_seconds() / limit.seconds + 1e-6


@given(level=st.floats(0, 5), seconds=st.floats(0, 10_000))
def test_who_waits_as_told_is_let_in(level: float, seconds: float) -> None:
    bucket = Bucket("x", level, NOW)
    at = NOW + dt.timedelta(seconds=seconds)
    wait = attempts.wait(bucket, MEMBER, at)
    assert 0 <= wait <= MEMBER.seconds
    assert attempts.wait(bucket, MEMBER, at + dt.timedelta(seconds=wait + 0.001)) == 0


def test_a_right_try_empties_a_members_bucket_and_one_of_an_address() -> None:
    full = Bucket("x", 5.0, NOW)
    assert attempts.forgiven(full, MEMBER, NOW).level == 0
    assert attempts.forgiven(full, ADDRESS, NOW).level == 4
    assert attempts.forgiven(Bucket("x", 0.2, NOW), ADDRESS, NOW).level == 0


def test_a_clock_that_goes_back_lets_nobody_in() -> None:
    assert attempts.wait(Bucket("x", 5.0, NOW), MEMBER, NOW - dt.timedelta(hours=1)) == MEMBER.seconds


WEAK = {
    "123456789": "10",
    "x" * 129: "128",
    "aaaaaaaaaaaaaa": "different",
    "abababababab": "different",
    "1234567890": "neighbouring",
    "0987654321": "neighbouring",
    "abcdefghijkl": "neighbouring",
    "hello-M017-hello": "id",
    "丁嘉的密码一定很长": "10",
    "丁嘉的密码一定很长很长": "name",
    "the old password": "old",
}


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused_with_the_reason(password: str) -> None:
    why = weakness(password, "m017", "丁嘉", "the old password")
    assert why and WEAK[password] in why


@pytest.mark.parametrize("password", ["correct horse battery", "球川镇网格员的好密码", "k7#mP2!xQ9zz", "1029384756"])
def test_a_good_password(password: str) -> None:
    assert weakness(password, "m017", "丁嘉", "the old password") is None


def _session(
    turn: int = 3, idle: dt.timedelta = dt.timedelta(), age: dt.timedelta = IDLE, ended: bool = False
) -> Session:
    return Session("s", "m017", turn, NOW - max(age, idle), NOW - idle, ended)


SECOND = dt.timedelta(seconds=1)
JUDGED = {  # (session, turn of the token, on the roll) → what becomes of it
    "the current one": (_session(), 3, True, TURN),
    "after a week": (_session(idle=IDLE - SECOND), 3, True, TURN),
    "the one before, at once": (_session(), 2, True, REPEAT),
    "the one before, within the minute": (_session(idle=AGAIN), 2, True, REPEAT),
    "the one before, later": (_session(idle=AGAIN + SECOND), 2, True, REUSED),
    "an older one": (_session(), 1, True, REUSED),
    "one that was not given yet": (_session(), 4, True, REUSED),
    "idle too long": (_session(idle=IDLE), 3, True, ENDED),
    "idle too long, an older one": (_session(idle=IDLE), 1, True, ENDED),
    "too old, however busy": (_session(age=LONGEST), 3, True, ENDED),
    "ended": (_session(ended=True), 3, True, ENDED),
    "the member has left": (_session(), 3, False, ENDED),
}


@pytest.mark.parametrize("case", JUDGED)
def test_what_becomes_of_a_refresh_token(case: str) -> None:
    session, turn, active, verdict = JUDGED[case]
    assert judge(session, turn, active, NOW) == verdict
