"""What the town asks of those who act: read whole or refused whole; evidence, and what was done offline."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.actions import in_own_order
from services.dispatch.domain.conduct import Conduct, Demand, problems
from services.dispatch.domain.deciding import Action, Position
from services.dispatch.domain.evidence import metres
from tests.unit.qiuchuan import at, read

GOOD = {"evidence": [{"category": "01", "after": 1}], "extension": {"times": 2, "share": 0.5}, "transfers": 3}
START = at("2026-11-23 09:00")


@pytest.mark.parametrize("name", ["normal", "practice"])
def test_the_sample_towns_rules_are_good(name: str) -> None:
    assert problems(read(f"rules/{name}.yaml")["dispatch"]) == []


def test_what_is_left_out_is_as_usual() -> None:
    assert Conduct.of({}) == Conduct((), 1, 1.0, 2)
    assert Conduct.of(GOOD) == Conduct((Demand("01", after=1),), 2, 0.5, 3)


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"evidence": {}}, []),
        ({"evidence": "photos"}, [("evidence",)]),
        ({"evidence": [1]}, [("evidence", 0)]),
        ({"evidence": [{"category": 1}]}, [("evidence", 0, "category")]),
        ({"evidence": [{"before": -1}]}, [("evidence", 0, "before")]),
        ({"evidence": [{"after": True}]}, [("evidence", 0, "after")]),
        ({"evidence": [{"within_m": 0}]}, [("evidence", 0, "within_m")]),
        ({"evidence": [{"colour": 1}]}, [("evidence", 0, "colour")]),
        ({"evidence": [{"category": "01"}, {"category": "01"}]}, [("evidence", 1)]),
        ({"extension": 1}, [("extension",)]),
        ({"extension": {"times": 1.5}}, [("extension", "times")]),
        ({"extension": {"share": 9}}, [("extension", "share")]),
        ({"transfers": "two"}, [("transfers",)]),
        ({"transfers": None}, [("transfers",)]),
        (GOOD, []),
    ],
)
def test_each_mistake_is_named_with_its_place_and_repair(section: dict[str, Any], where: list[Any]) -> None:
    found = problems(section)
    assert [place for place, _, _ in found] == where
    assert all(problem and repair for _, problem, repair in found)


@pytest.mark.parametrize(
    ("category", "expected"), [("0102", "0102"), ("0103", "01"), ("0201", ""), ("01", "01"), ("", "")]
)
def test_the_most_particular_demand_counts(category: str, expected: str) -> None:
    conduct = Conduct(tuple(Demand(beginning, after=1) for beginning in ("", "01", "0102")))
    assert conduct.demand(category).category == expected
    assert Conduct().demand(category) == Demand()


def test_distances_are_right() -> None:
    here = Position(118.405, 28.925)
    assert metres(here, here) == 0
    assert metres(here, Position(118.405, 28.934)) == pytest.approx(1000.8, abs=1)  # 0.009° of latitude
    assert metres(here, Position(118.415, 28.925)) == pytest.approx(973.3, abs=1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9)), max_size=12))
def test_only_the_actions_of_one_member_change_places_with_each_other(given_: list[tuple[str, int | None]]) -> None:
    actions = [
        Action(str(n), who, "progress", at=None if minute is None else START + dt.timedelta(minutes=minute))
        for n, (who, minute) in enumerate(given_)
    ]
    ordered = [actions[place] for place in in_own_order(actions)]
    assert sorted(in_own_order(actions)) == list(range(len(actions)))
    assert [action.member_id for action in ordered] == [action.member_id for action in actions]
    for who in "abc":
        times = [action.at for action in ordered if action.member_id == who and action.at]
        assert times == sorted(times)
    assert all(was is now for was, now in zip(actions, ordered, strict=True) if was.at is None)
