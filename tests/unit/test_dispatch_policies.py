"""The town's policies of assignment as data: which one decides, who comes first by it, and what is wrong in one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.policy import FACTORS, Matter, Policies, Policy, metres, skilled
from services.dispatch.domain.policy_data import problems_of
from services.dispatch.domain.posts import Member
from services.dispatch.domain.ranking import Candidate, considered, rank, why
from services.dispatch.domain.rule_set import mistakes_in
from tests.unit.qiuchuan import GRID, RULES, read, roster

GOOD: dict[str, Any] = {"name": "a", "when": {}, "way": "least_loaded"}
EVEN = {"skill": 1, "load": 1, "distance": 1, "fairness": 1}


def policies(*documents: dict[str, Any]) -> Policies:
    named = [GOOD | {"name": f"policy {at}"} | document for at, document in enumerate(documents)]
    assert problems_of(named) == []
    return Policies.of(named)


def candidate(member_id: str, in_hand: int = 0, lately: float = 0, last: float = 0, **more: Any) -> Candidate:
    return Candidate(member_id, in_hand, lately, last, more.get("specialist", False), more.get("metres"))


# which policy decides


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({}, True),
        ({"category": "01"}, True),
        ({"category": ["02", "0102"]}, True),
        ({"category": "0103"}, False),
        ({"level": "P3"}, True),
        ({"level": ["P1", "P2"]}, False),
        ({"kind": "complaint", "level": "P3", "category": "0"}, True),
        ({"kind": "complaint", "level": "P1"}, False),
    ],
)
def test_conditions_must_all_hold(when: dict[str, Any], fits: bool) -> None:
    matter = Matter(GRID, "P3", "complaint", "0102")
    assert policies({"when": when}).about(matter).name == ("policy 0" if fits else "")


def test_the_first_that_fits_decides_and_without_one_the_least_work() -> None:
    several = policies({"when": {"level": "P1"}}, {"when": {"category": "01"}}, {"when": {}})
    assert several.about(Matter(GRID, "P1", "", "0101")).name == "policy 0"
    assert several.about(Matter(GRID, "P3", "", "0101")).name == "policy 1"
    assert several.about(Matter(GRID, "P3", "", "0201")).name == "policy 2"
    assert Policies().about(Matter(GRID)).way == "least_loaded"


@pytest.mark.parametrize(
    ("skills", "category", "may"),
    [((), "0102", True), (("01",), "0102", True), (("0102",), "0102", True), (("0103", "02"), "0102", False)],
)
def test_skills_are_categories_or_classes_and_none_is_all(skills: tuple[str, ...], category: str, may: bool) -> None:
    assert skilled(skills, category) == may


def test_metres_fit_a_town() -> None:
    assert metres((118.40, 28.92), (118.40, 28.93)) == pytest.approx(1113.2)
    assert metres((118.40, 28.92), (118.41, 28.92)) == pytest.approx(974.4, abs=1)


# who comes first


@pytest.mark.parametrize(
    ("document", "first"),
    [
        ({"way": "least_loaded"}, "b"),
        ({"way": "round_robin"}, "c"),
        ({"way": "weighed", "weights": {"skill": 1}}, "d"),
        ({"way": "weighed", "weights": {"load": 1}}, "b"),
        ({"way": "weighed", "weights": {"distance": 1}}, "a"),
        ({"way": "weighed", "weights": {"fairness": 1}}, "c"),
        ({"way": "weighed", "weights": {"skill": 1, "load": 50}}, "b"),
        ({"way": "weighed", "weights": {"load": 1}, "full_load": 1}, "b"),
        ({"way": "weighed", "weights": {"distance": 1}, "far_m": 5}, "b"),  # all are far: the one with less in hand
    ],
)
def test_each_way_has_its_first(document: dict[str, Any], first: str) -> None:
    people = [
        candidate("a", 3, 2.0, 50, metres=10),
        candidate("b", 1, 3.0, 90, metres=400),
        candidate("c", 2, 0.5, 10, metres=900),
        candidate("d", 4, 4.0, 60, metres=1500, specialist=True),
    ]
    policy = policies(document).about(Matter(GRID))
    ranked = rank(policy, people)
    assert ranked[0].candidate.member_id == first
    assert len(considered(ranked)) == 4
    told = why(policy, ranked, ("网格员", "workers"))
    assert "网格员" in told
    assert "workers" in told


PEOPLE = st.lists(
    st.builds(
        Candidate,
        st.sampled_from([f"m{n}" for n in range(20)]),
        st.integers(0, 60),
        st.floats(0, 50),
        st.floats(0, 2e9),
        st.booleans(),
        st.none() | st.floats(0, 20_000),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda one: one.member_id,
)
WEIGHTS = st.dictionaries(st.sampled_from(FACTORS), st.integers(0, 100), min_size=1).filter(lambda w: any(w.values()))


@given(PEOPLE, WEIGHTS, st.randoms())
def test_weighing_does_not_depend_on_the_order_and_the_best_score_wins(
    people: list[Candidate], weights: dict[str, float], shuffle: Any
) -> None:
    policy = Policy("p", "weighed", weights=weights)
    ranked = rank(policy, people)
    shuffle.shuffle(people)
    assert rank(policy, people) == ranked
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    assert all(0 <= (score or 0) <= 100 for score in scores)
    assert all(0 <= point <= 1 for one in ranked for point in one.points.values())


@given(PEOPLE)
def test_more_in_hand_never_helps(people: list[Candidate]) -> None:
    policy = Policy("p", "weighed", weights=EVEN)
    first = rank(policy, people)[0].candidate
    others = [one for one in people if one is not first]
    for busier in others:
        worse = [one._replace(in_hand=one.in_hand + 5) if one is busier else one for one in people]
        assert rank(policy, worse)[0].candidate == first


@given(st.integers(1, 40), st.dictionaries(st.sampled_from(["w1", "w2"]), st.integers(0, 9)))
def test_in_turn_is_even_whatever_they_have_in_hand(cases: int, handling: dict[str, int]) -> None:
    crew, got = roster(handling=handling, policies=policies({"way": "round_robin"})), Counter[str]()
    for _ in range(cases):
        choice = crew.handler(Matter(GRID))
        assert choice
        got[choice.member.member_id] += 1
    assert abs(got["w1"] - got["w2"]) <= 1


def test_in_turn_goes_on_where_the_last_batch_ended() -> None:
    given = {"w1": (3.0, 1000.0), "w2": (1.0, 1000.0)}  # both got something in the last batch, w1 more
    choice = roster(given=given, policies=policies({"way": "round_robin"})).handler(Matter(GRID))
    assert choice
    assert choice.member.member_id == "w2"


# among whom


def crew(*members: Member, **more: Any) -> Roster:
    return Roster(members, {}, {}, **more)


def who(roster: Roster, matter: Matter) -> str | None:
    choice = roster.handler(matter)
    return choice.member.member_id if choice else None


def test_whoever_has_not_the_skill_is_passed_over_up_to_the_desk() -> None:
    w1, w2 = (Member(name, "worker", GRID, True, skills) for name, skills in (("w1", ("02",)), ("w2", ("01",))))
    leader, desk = Member("l1", "leader", GRID, True, ("02",)), Member("d1", "desk", "town", True)
    everybody = crew(w1, w2, leader, desk)
    assert who(everybody, Matter(GRID, category="0101")) == "w2"
    assert who(everybody, Matter(GRID, category="0201")) == "w1"
    assert who(everybody, Matter(GRID, category="0301")) == "d1"  # nobody in the grid may: never nowhere
    assert who(crew(w2, leader, desk), Matter(GRID, category="0201")) == "l1"


def test_a_department_does_what_the_policy_says_is_its_work() -> None:
    people = (
        Member("w1", "worker", GRID, True),
        Member("e1", "enforcement", "town", True),
        Member("d1", "desk", "town", True),
    )
    theirs = policies({"when": {"category": "03"}, "to": "enforcement"})
    assert who(crew(*people, policies=theirs), Matter(GRID, category="0301")) == "e1"
    assert who(crew(*people, policies=theirs), Matter(None, category="0301")) == "e1"  # wherever it is
    assert who(crew(*people, policies=theirs), Matter(GRID, category="0101")) == "w1"


def test_by_hand_means_the_desk_decides() -> None:
    choice = roster(policies=policies({"way": "by_hand"})).handler(Matter(GRID))
    assert choice
    assert (choice.member.member_id, choice.level, choice.policy) == ("d1", "desk", "policy 0")


def test_micro_grids_are_parts_of_their_grid() -> None:
    near, far = (118.401, 28.92), (118.409, 28.92)
    m1, m2 = (Member(n, "worker", n[-1] + "x", True, (), GRID, at) for n, at in (("a1", near), ("a2", far)))
    leader, desk = Member("l1", "leader", GRID, True), Member("d1", "desk", "town", True)
    nearest = policies({"way": "weighed", "weights": {"distance": 1}})
    people = crew(m1, m2, leader, desk, policies=nearest, parents={"1x": GRID, "3x": GRID})
    assert who(people, Matter(GRID, place=(118.408, 28.92))) == "a2"
    assert who(people, Matter(GRID, place=(118.402, 28.92))) == "a1"
    assert who(people, Matter("1x", place=far)) == "a1"  # its own worker before the nearer one
    assert who(people, Matter("3x", place=far)) == "a2"  # nobody of its own: of the grid around it
    assert who(crew(leader, desk, parents={"3x": GRID}), Matter("3x")) == "l1"
    assert who(crew(leader, desk), Matter("3x")) == "d1"


# what is wrong in policies


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, ("name",)),
        ({"name": 5}, ("name",)),
        ({"way": "dice"}, ("way",)),
        ({"way": ["weighed"]}, ("way",)),
        ({"when": None}, ("when",)),
        ({"when": {"place": "x"}}, ("when", "place")),
        ({"when": {"level": "P5"}}, ("when", "level")),
        ({"when": {"kind": []}}, ("when", "kind")),
        ({"when": {"category": 8}}, ("when", "category")),
        ({"to": "leader"}, ("to",)),
        ({"way": "weighed"}, ()),
        ({"weights": {"load": 1}}, ()),
        ({"way": "weighed", "weights": {"luck": 1}}, ("weights", "luck")),
        ({"way": "weighed", "weights": {"load": -1}}, ("weights", "load")),
        ({"way": "weighed", "weights": {"load": True}}, ("weights", "load")),
        ({"way": "weighed", "weights": {"load": 0}}, ("weights",)),
        ({"full_load": 0}, ("full_load",)),
        ({"far_m": "near"}, ("far_m",)),
        ({"pool": {}}, ("pool",)),
        ({"pool": {"among": "house", "within": "5 minute"}}, ("pool", "among")),
        ({"pool": {"among": "grid", "within": "soon"}}, ("pool", "within")),
        ({"pool": {"among": "grid", "within": 5}}, ("pool", "within")),
        ({"colour": "red"}, ("colour",)),
    ],
)
def test_each_mistake_is_named_where_it_is(change: dict[str, Any], place: tuple[str, ...]) -> None:
    found = problems_of([GOOD, GOOD | {"name": "b"} | change])
    assert ("assignment", 1, *place) in [at for at, _, _ in found]
    assert all(problem and repair for _, problem, repair in found)


def test_what_is_missing_or_no_list_or_named_twice() -> None:
    assert problems_of({})[0][0] == ("assignment",)
    assert problems_of(["x"])[0][0] == ("assignment", 0)
    assert {at for at, _, _ in problems_of([{}])} == {("assignment", 0)}
    assert problems_of([GOOD, GOOD])[0][0] == ("assignment", 1, "name")
    assert mistakes_in([])[0][0] == ()
    assert mistakes_in({"assignment": 7})[0][0] == ("assignment",)
    assert mistakes_in({}) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["P1", "grid"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "pool", "level"]), inner),
    max_leaves=8,
)
ENTRIES = st.dictionaries(st.sampled_from([*GOOD, "to", "weights", "full_load", "far_m", "pool"]), ANYTHING)


@given(st.lists(ENTRIES.map(lambda entry: GOOD | entry) | ENTRIES, max_size=3) | ANYTHING)
def test_whatever_is_written_is_refused_or_works(written: Any) -> None:
    if not problems_of(written):
        choice = roster(policies=Policies.of(written)).handler(Matter(GRID, "P1", "report", "0102"))
        assert choice
        assert choice.why


def test_the_sample_town_has_policies_that_can_come_into_force() -> None:
    for name in RULES:
        section = read(f"rules/{name}.yaml")["dispatch"]
        assert mistakes_in(section) == []
        assert section["assignment"]
