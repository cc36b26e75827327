"""Who hears what has happened: subscriptions against a model that looks at each of them alone, and why."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.subscriptions import (
    MEMBER,
    ROLE,
    SYSTEM,
    Filter,
    Matcher,
    People,
    Person,
    Receiver,
    Subscription,
    audience,
    people_wanted,
    verdict,
)
from services.notify.domain.transitions import Facts, Transition, path_of

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
PARENTS: dict[str, str | None] = {"t": None, "v1": "t", "v2": "t", "g1": "v1", "g2": "v1", "g3": "v2"}
AREAS = [*PARENTS, None]
NAMES = ["work_assigned", "work_resolved", "case_closed"]
PEOPLE = [
    Person("m1", "worker", "g1"),
    Person("m2", "worker", "g2"),
    Person("l1", "leader", "v1"),
    Person("l2", "leader", "g1"),
    Person("l0", "leader", "t"),
    Person("d1", "desk", "t"),
]


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


filters = st.builds(
    Filter,
    transitions=some(NAMES),
    area=st.sampled_from(AREAS),
    categories=some(["01", "0102", "02", "9"]),
    levels=some(["P1", "P3"]),
    sources=some(["hotline", "portal"]),
    kinds=some(["complaint", "report"]),
)
receivers = st.one_of(
    st.builds(Receiver, st.just(MEMBER), st.sampled_from([*(p.member_id for p in PEOPLE), "gone"])),
    st.builds(Receiver, st.just(ROLE), st.sampled_from(["leader", "worker"]), st.sampled_from(AREAS)),
    st.builds(Receiver, st.just(SYSTEM), st.sampled_from(["screen", "county"])),
)
subscriptions = st.builds(
    Subscription,
    id=st.uuids().map(str),
    receiver=receivers,
    filter=filters,
    made_by=st.sampled_from([*(p.member_id for p in PEOPLE), "desk1"]),
    expires_at=st.sampled_from([None, NOW - dt.timedelta(hours=1), NOW, NOW + dt.timedelta(hours=1)]),
    queue=st.booleans(),
    webhook=st.sampled_from([None, "hook"]),
)
transitions = st.builds(
    lambda name, level, kind, category, area, sources: Transition(
        "e1", name, "", Facts("1", level, kind, category, path_of(area, PARENTS), sources), {}
    ),
    st.sampled_from(NAMES),
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from(["complaint", "report", "help"]),
    st.sampled_from(["0102", "0201", "99"]),
    st.sampled_from(AREAS),
    some(["hotline", "portal", "patrol"]),
)


def means(one: Subscription, what: Transition) -> bool:
    """As the field says it, one at a time."""
    facts, wanted = what.facts, one.filter
    return (
        (one.expires_at is None or one.expires_at > NOW)
        and (not wanted.transitions or what.name in wanted.transitions)
        and (wanted.area is None or wanted.area in facts.area)
        and (not wanted.categories or any(facts.category.startswith(begin) for begin in wanted.categories))
        and (not wanted.levels or facts.level in wanted.levels)
        and (not wanted.sources or bool(set(wanted.sources) & set(facts.sources)))
        and (not wanted.kinds or facts.kind in wanted.kinds)
    )


def hears(person: Person, one: Subscription, what: Transition) -> bool:
    """Whether this subscription, which means it, is for this person."""
    kind, name, within = one.receiver
    if kind == ROLE:
        below = within is None or within in path_of(person.area, PARENTS)
        return person.role == name and person.area in what.facts.area and below
    reaches = one.made_by != person.member_id or person.role == "desk" or person.area in what.facts.area
    return kind == MEMBER and name == person.member_id and reaches


@given(st.lists(subscriptions, max_size=12), transitions)
def test_who_hears_is_as_if_each_were_looked_at_alone(subscribed: list[Subscription], what: Transition) -> None:
    matched = Matcher(subscribed).of(what, NOW)
    assert {one.id for one in matched} == {one.id for one in subscribed if means(one, what)}
    members, roles = people_wanted([matched])
    asked = [p for p in PEOPLE if p.member_id in members or (p.role in roles and p.area in what.facts.area)]
    who = audience(matched, what.facts.area, People(asked))
    meant = [one for one in subscribed if means(one, what)]
    assert who.members == {p.member_id for p in PEOPLE if any(hears(p, one, what) for one in meant)}
    systems = [one for one in meant if one.receiver.kind == SYSTEM]
    assert who.systems == {one.receiver.name for one in systems}
    assert who.queue == any(one.queue for one in systems)
    assert who.webhooks == {(one.receiver.name, one.webhook) for one in systems if one.webhook}


@given(subscriptions, transitions)
def test_why_says_what_decided(one: Subscription, what: Transition) -> None:
    """Whatever part it names, without that part it is another part, or none."""
    found = verdict(one, what, NOW)
    assert found.matches == means(one, what) and found.why
    if found.matches:
        return
    if found.part == "expires_at":
        repaired = replace(one, expires_at=None)
    else:
        without = None if found.part == "area" else ()
        repaired = replace(one, filter=replace(one.filter, **{found.part: without}))
    assert verdict(repaired, what, NOW).part != found.part


CASE = Transition("e1", "work_assigned", "", Facts("1", "P3", "complaint", "0102", ("t", "v1", "g1"), ("hotline",)), {})


@pytest.mark.parametrize(
    ("wanted", "part", "why"),
    [
        (Filter(), "", "it means everything"),
        (Filter(area="v1", categories=("01",)), "", "in v1, categories 0102"),
        (Filter(area="v2"), "area", "the case lies in t > v1 > g1, not in v2"),
        (Filter(transitions=("case_closed",)), "transitions", "work_assigned is none of case_closed"),
        (Filter(levels=("P1", "P2")), "levels", "P3 is none of P1, P2"),
        (Filter(sources=("portal",)), "sources", "hotline is none of portal"),
    ],
)
def test_the_reason_is_for_people(wanted: Filter, part: str, why: str) -> None:
    one = Subscription("s1", Receiver(MEMBER, "m1"), wanted, "desk1")
    assert verdict(one, CASE, NOW) == (not part, part, why)


def test_many_subscriptions_cost_little() -> None:
    """5,000, as different as members make them: what a transition costs does not follow their number."""
    many = [
        Subscription(str(n), Receiver(MEMBER, f"m{n}"), Filter((NAMES[n % 3],), f"g{n % 400}", (f"{n % 9:02}",)), "d")
        for n in range(5_000)
    ]
    few, all_of_them = Matcher(many[:50]), Matcher(many)

    def cost(matcher: Matcher) -> float:
        best = float("inf")
        for _ in range(5):
            started = time.process_time()
            for _ in range(200):
                matcher.of(CASE, NOW)
            best = min(best, time.process_time() - started)
        return best

    assert all_of_them.size == 5_000
    assert cost(all_of_them) < 20 * cost(few) + 0.02
