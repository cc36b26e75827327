"""Who may subscribe whom to what, from the right side and from the wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.subscribing import (
    MOST_OF_ONE,
    Known,
    Who,
    Wish,
    in_reach,
    may_end,
    mistakes,
    refusal,
)
from services.notify.domain.subscriptions import MEMBER, ROLE, SYSTEM, Filter, Person, Receiver
from services.notify.domain.transitions import path_of

PARENTS: dict[str, str | None] = {"t": None, "v1": "t", "v2": "t", "g1": "v1", "g3": "v2"}
PEOPLE = {p.member_id: p for p in (Person("m1", "worker", "g1"), Person("m3", "worker", "g3"), Person("x", "x", None))}
KNOWN = Known(PARENTS, PEOPLE, {"leader", "worker"}, {"hook"}, {"work_assigned"}, {}, 0)
DESK, TOWN = Who("desk1", "desk"), Who("mayor", "leader")
LEADER, WORKER = Who("l1", "leader", "v1"), Who("m1", "member")


def wish(kind: str, name: str, within: str | None = None, area: str | None = None, **more: object) -> Wish:
    given = {"queue": kind == SYSTEM, "webhook": None} | more
    return Wish(Receiver(kind, name, within), Filter(area=area), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "asked", "why"),
    [
        (WORKER, wish(MEMBER, "m1"), None),
        (WORKER, wish(MEMBER, "m1", area="g1"), None),
        (WORKER, wish(MEMBER, "m1", area="v1"), "your rights end at the area 'g1'"),
        (WORKER, wish(MEMBER, "m1", area="g3"), "your rights end"),
        (WORKER, wish(MEMBER, "m3"), "you may subscribe yourself only"),
        (WORKER, wish(ROLE, "leader"), "you may subscribe yourself only"),
        (WORKER, wish(SYSTEM, "screen"), "by the desk"),
        (Who("nobody", "member"), wish(MEMBER, "nobody"), "it is not known where"),
        (Who("x", "member"), wish(MEMBER, "x"), "it is not known where"),
        (LEADER, wish(MEMBER, "l1"), None),
        (LEADER, wish(MEMBER, "m1", area="g1"), None),
        (LEADER, wish(MEMBER, "m3"), "does not work in the area 'v1'"),
        (LEADER, wish(ROLE, "worker"), None),
        (LEADER, wish(ROLE, "leader", within="g1"), None),
        (LEADER, wish(ROLE, "leader", within="t"), "name an area in it as `within`"),
        (LEADER, wish(ROLE, "worker", area="v2"), "your rights end"),
        (LEADER, wish(SYSTEM, "screen"), "by the desk"),
        (TOWN, wish(ROLE, "leader"), None),
        (TOWN, wish(MEMBER, "m3", area="v2"), None),
        (TOWN, wish(SYSTEM, "screen"), "by the desk"),
        (DESK, wish(SYSTEM, "screen"), None),
        (DESK, wish(ROLE, "leader"), None),
    ],
)
def test_who_may_subscribe_whom(who: Who, asked: Wish, why: str | None) -> None:
    found = refusal(in_reach(asked, who, KNOWN), who, KNOWN)
    assert (found is None) == (why is None) and (why or "") in (found or "")


areas = st.sampled_from([*PARENTS, None])
wishes = st.builds(
    wish, st.sampled_from([MEMBER, ROLE]), st.sampled_from([*PEOPLE, "l1", "leader", "worker"]), areas, areas
)


@given(st.sampled_from([LEADER, WORKER]), wishes)
def test_what_is_granted_never_reaches_further(who: Who, asked: Wish) -> None:
    given = in_reach(asked, who, KNOWN)
    if refusal(given, who, KNOWN) is None:
        reach = who.area or PEOPLE[who.name].area
        assert reach in path_of(given.filter.area, PARENTS)
        assert given.receiver.kind != ROLE or reach in path_of(given.receiver.within, PARENTS)


def test_where_nothing_is_said_it_is_the_own_area() -> None:
    assert in_reach(wish(MEMBER, "m1"), WORKER, KNOWN).filter.area == "g1"
    assert in_reach(wish(ROLE, "worker"), LEADER, KNOWN) == wish(ROLE, "worker", "v1", "v1")
    assert in_reach(wish(ROLE, "worker"), DESK, KNOWN) == wish(ROLE, "worker")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (wish(MEMBER, "m1", area="nowhere"), "area"),
        (wish(ROLE, "leader", within="nowhere"), "within"),
        (wish(ROLE, "king"), "receiver"),
        (wish(MEMBER, "gone"), "receiver"),
        (wish(SYSTEM, "screen", queue=False), "ways"),
        (wish(MEMBER, "m1", queue=True), "ways"),
        (wish(SYSTEM, "screen", webhook="robot"), "webhook"),
        (Wish(Receiver(MEMBER, "m1"), Filter(transitions=("done",)), False, None), "transitions"),
    ],
)
def test_what_is_not_there_is_named(asked: Wish, field: str) -> None:
    (wrong,) = mistakes(asked, KNOWN)
    assert wrong.field == field and wrong.problem and wrong.repair


def test_nobody_has_too_many() -> None:
    asked = wish(MEMBER, "m1")
    assert mistakes(asked, KNOWN.with_more([asked] * (MOST_OF_ONE - 1))) == []
    assert [one.field for one in mistakes(asked, KNOWN.with_more([asked] * MOST_OF_ONE))] == ["receiver"]


@pytest.mark.parametrize(
    ("who", "receiver", "area", "may"),
    [
        (WORKER, Receiver(MEMBER, "m1"), "t", True),
        (WORKER, Receiver(MEMBER, "m3"), "g1", False),
        (WORKER, Receiver(ROLE, "worker", "g1"), "g1", False),
        (LEADER, Receiver(MEMBER, "m1"), "g1", True),
        (LEADER, Receiver(MEMBER, "m3"), "g3", False),
        (LEADER, Receiver(ROLE, "worker", "v1"), "v1", True),
        (LEADER, Receiver(ROLE, "worker", None), None, False),
        (LEADER, Receiver(SYSTEM, "screen"), "v1", False),
        (DESK, Receiver(SYSTEM, "screen"), None, True),
    ],
)
def test_who_may_end_one(who: Who, receiver: Receiver, area: str | None, may: bool) -> None:
    assert may_end(receiver, area, who, KNOWN) == may
