"""Who gets the work, who checks it, who stands above whom; always with the reason."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.assignment import Choice, Roster, with_words
from services.dispatch.domain.policy import Matter
from tests.unit.qiuchuan import CREW, GRID, NAMES, roster

SOME = st.sets(st.sampled_from(NAMES))
GRIDS = st.sampled_from([GRID, "g2", "g9", None])
LOADS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5))
ROLES = {name: role for name, role, _ in CREW}
RANKS = {"worker": 1, "leader": 2, "desk": 3, "checker": 1}
ON_DUTY_LAST = ("d1", "d2")  # the desk is asked even when nobody there is on duty


def chosen(choice: Choice | None) -> tuple[str, str] | None:
    return (choice.member.member_id, choice.level) if choice else None


@pytest.mark.parametrize(
    ("grid", "off", "but", "expected"),
    [
        (GRID, (), (), ("w1", "worker")),
        (GRID, ("w1",), (), ("w2", "worker")),
        (GRID, (), ("w1",), ("w2", "worker")),  # gave it back
        (GRID, ("w1", "w2"), (), ("l1", "leader")),
        (GRID, ("w1",), ("w2",), ("l1", "leader")),
        (GRID, ("w1", "w2", "l1"), (), ("d1", "desk")),
        (GRID, ("w1", "w2", "l1", "d1"), (), ("d2", "desk")),
        (GRID, ("w1", "w2", "l1", "d1", "d2"), (), ("d1", "desk")),  # nobody on duty: still somebody's
        (GRID, ("w1", "w2", "l1", "d1", "d2"), ("d1",), ("d2", "desk")),
        (GRID, (), ("w1", "w2", "l1", "d1", "d2"), None),
        ("g2", ("w3",), (), ("l2", "leader")),  # never a worker of another grid
        ("g9", (), (), ("d1", "desk")),
        (None, (), (), ("d1", "desk")),
    ],
)
def test_worker_then_leader_then_desk(
    grid: str | None, off: tuple[str, ...], but: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    assert chosen(roster(off).handler(Matter(grid), but=but)) == expected


@pytest.mark.parametrize(
    ("handling", "expected"),
    [({"w1": 1}, "w2"), ({"w1": 1, "w2": 1}, "w1"), ({"w1": 3, "w2": 2}, "w2"), ({"w2": 1, "l1": 0}, "w1")],
)
def test_the_one_with_the_least_work_gets_it(handling: dict[str, int], expected: str) -> None:
    choice = roster(handling=handling).handler(Matter(GRID))
    assert choice is not None
    assert choice.member.member_id == expected


@pytest.mark.parametrize(
    ("reason", "words"),
    [("no_position", "it has no position"), ("outside_grids", "it lies in no grid"), (None, "nobody left in the grid")],
)
def test_the_desk_learns_why_it_is_asked(reason: str | None, words: str) -> None:
    for off in ((), ON_DUTY_LAST):
        choice = roster(off).handler(Matter(None, desk_reason=reason))
        assert choice is not None
        assert words in choice.why


@pytest.mark.parametrize(
    ("grid", "handler", "off", "expected"),
    [
        (GRID, "w1", (), ("l1", "leader")),
        (GRID, "l1", (), ("c1", "checker")),
        (GRID, "w1", ("l1",), ("c1", "checker")),
        (GRID, "w1", ("l1", "c1"), ("d1", "desk")),
        (GRID, "d1", ("l1", "c1"), ("d2", "desk")),
        (GRID, "w1", ("l1", "c1", "d1", "d2"), ("l2", "leader")),
        (GRID, "l2", ("l1", "c1", "d1", "d2"), None),
        (None, "d1", (), ("c1", "checker")),
        (None, "c1", (), ("d1", "desk")),
    ],
)
def test_the_checker_is_found(grid: str | None, handler: str, off: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert chosen(roster(off).checker(grid, handler)) == expected


@pytest.mark.parametrize(
    ("handler", "level", "off", "expected"),
    [
        ("w1", "leader", (), ("l1", "leader")),
        ("w1", "desk", (), ("d1", "desk")),
        ("w1", "leader", ("l1",), ("d1", "desk")),
        ("w1", "leader", ("l1", "d1"), ("d2", "desk")),
        ("w1", "leader", ("l1", "d1", "d2"), ("d1", "desk")),  # it has to be somebody
        ("l1", "leader", (), ("d1", "desk")),
        ("l2", "leader", (), ("d1", "desk")),  # a leader is not given to a leader
        ("l1", "desk", (), ("d1", "desk")),
        ("d1", "leader", (), None),
        ("d1", "desk", (), None),
        ("left", "leader", (), ("l1", "leader")),  # whoever has left the roll counts as a worker
    ],
)
def test_escalation_goes_up(handler: str, level: str, off: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert chosen(roster(off).above(handler, [GRID, "village", "town"], level)) == expected


def test_the_next_round_goes_to_the_same_member_if_on_duty() -> None:
    again = roster().again("w2", GRID, Matter(GRID), 2)
    assert chosen(again) == ("w2", "worker")
    assert again is not None
    assert "round 1" in again.why


@pytest.mark.parametrize(
    ("member", "unit", "off", "expected"),
    [
        ("w1", GRID, ("w1",), ("w2", "worker")),  # the same unit
        ("left", GRID, (), ("w1", "worker")),
        ("w1", GRID, ("w1", "w2"), ("l1", "leader")),  # its superior
        ("l1", GRID, ("l1",), ("w1", "worker")),
        ("w3", "g2", ("w3",), ("l2", "leader")),  # the unit that had it, although the case lies in another
        ("w1", GRID, ("w1", "w2", "l1"), None),
        ("d1", "town", ("d1",), ("d2", "desk")),
        ("left", "gone", (), None),
    ],
)
def test_then_it_goes_to_the_same_unit_and_then_to_its_superior(
    member: str, unit: str, off: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    assert chosen(roster(off).again(member, unit, Matter(GRID), 2)) == expected


def test_whoever_found_it_keeps_it_even_off_duty() -> None:
    assert chosen(roster(("w1",)).finder("w1")) == ("w1", "worker")
    assert roster().finder("left") is None


def test_an_empty_roll_gives_nobody() -> None:
    empty = Roster([], {}, {})
    assert empty.handler(Matter(GRID)) is empty.checker(GRID, "w1") is empty.above("w1", [GRID], "leader") is None


@given(st.integers(1, 30), LOADS)
def test_a_batch_is_spread_evenly(cases: int, handling: dict[str, int]) -> None:
    crew, load = roster(handling=handling), Counter(handling)
    for _ in range(cases):
        choice = crew.handler(Matter(GRID))
        assert choice is not None
        name = choice.member.member_id
        assert load[name] == min(load["w1"], load["w2"])
        load[name] += 1


@given(GRIDS, SOME, SOME, LOADS)
def test_nobody_gets_it_back_and_only_the_desk_when_off_duty(
    grid: str | None, off: set[str], but: set[str], load: dict[str, int]
) -> None:
    choice = roster(tuple(off), handling=load).handler(Matter(grid), but=but)
    if choice is None:
        assert set(ON_DUTY_LAST) <= but
        return
    name = choice.member.member_id
    assert name not in but
    assert name not in off or (ROLES[name] == "desk" and set(ON_DUTY_LAST) <= off | but)
    assert ROLES[name] == choice.level
    assert choice.why.strip()


@given(GRIDS, st.sampled_from((*NAMES, "left")), SOME, LOADS)
def test_the_checker_is_on_duty_and_never_the_handler(
    grid: str | None, handler: str, off: set[str], load: dict[str, int]
) -> None:
    choice = roster(tuple(off), checking=load).checker(grid, handler)
    others = {name for name in NAMES if ROLES[name] != "worker"} - off - {handler}
    assert (choice is None) == (not others)
    if choice:
        assert choice.member.member_id in others
        assert choice.why.strip()


@given(GRIDS, st.sampled_from(NAMES), SOME, st.sampled_from(["leader", "desk"]))
def test_above_always_ranks_higher(grid: str | None, handler: str, off: set[str], level: str) -> None:
    choice = roster(tuple(off)).above(handler, [grid] if grid else [], level)
    assert (choice is None) == (ROLES[handler] == "desk")
    if choice:
        assert RANKS[ROLES[choice.member.member_id]] > RANKS[ROLES[handler]]
        assert RANKS[choice.level] >= RANKS[level]
        assert choice.why.strip()


@pytest.mark.parametrize(
    ("member", "off", "expected"),
    [
        ("w1", (), ("l1", "leader")),
        ("w1", ("l1",), ("d1", "desk")),
        ("l1", (), ("d1", "desk")),
        ("d1", (), ("d1", "desk")),  # nobody stands above: as any next round
    ],
)
def test_after_two_rounds_it_goes_to_whoever_stands_above(
    member: str, off: tuple[str, ...], expected: tuple[str, str]
) -> None:
    choice = roster(off).again(member, GRID, Matter(GRID), 3, above=[GRID])
    assert chosen(choice) == expected
    assert choice is not None and " / " in choice.why


def test_whoever_handles_it_again_reads_what_the_reporter_has_said() -> None:
    assert with_words("甲 / A", "还是不亮", None) == "甲。诉求人:还是不亮 / A. The reporter: 还是不亮"
    assert with_words("甲 / A", None, None) == "甲 / A"
