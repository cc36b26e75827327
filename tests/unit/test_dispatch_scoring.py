"""What a turn at an order counts as, what many turns come to, and which rules about scores are refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.towns.check import problems
from deploy.towns.files import SAMPLE
from deploy.towns.reading import read_town
from services.dispatch.domain.score_rules import read_scoring
from services.dispatch.domain.scoring import (
    DIMENSIONS,
    FIGURES,
    TALLY,
    Round,
    Turn,
    alarms,
    difference,
    outcomes,
    score,
    shares,
)
from shared import marked

START = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
USUAL, _ = read_scoring(None)


def at(minutes: float | None) -> dt.datetime | None:
    return None if minutes is None else START + dt.timedelta(minutes=minutes)


def turn(
    reacted: float | None = None, until: float | None = None, why: str | None = None, due: float | None = 60
) -> Turn:
    return Turn(at(until), why, at(due), at(reacted))


def round_(
    state: str = "dispatched", resolved: float | None = None, due: float | None = 600, rework: bool = False, **said: str
) -> Round:
    return Round(state, at(due), at(resolved), said.get("solved"), said.get("satisfaction"), rework)


@pytest.mark.parametrize(
    ("one", "now", "expected"),
    [
        (turn(), 10, (None, None)),  # nothing is decided
        (turn(reacted=10), 20, ("taken", "in_time")),
        (turn(reacted=60), 70, ("taken", "in_time")),  # the limit itself is still in time
        (turn(reacted=61), 70, ("taken", "late")),
        (turn(), 61, (None, "late")),  # late at once, though it may still be taken on
        (turn(until=61, why="escalated"), 70, ("missed", "late")),
        (turn(until=30, why="escalated"), 70, ("missed", None)),  # taken away before the limit was over
        (turn(reacted=10, until=10, why="returned"), 70, ("taken", "in_time")),  # giving it back is an answer, too
        (turn(reacted=10, until=500, why="escalated"), 600, ("taken", "in_time")),  # taken on, and then not resolved
        (turn(until=30, why="withdrawn"), 999, (None, None)),  # nobody's fault
        (turn(until=30, why="corrected"), 999, (None, None)),
        (turn(until=90, why="corrected"), 999, (None, "late")),
        (turn(reacted=10, due=None), 20, ("taken", None)),  # without a limit nobody is late
    ],
)
def test_whether_a_turn_was_taken_on(one: Turn, now: float, expected: tuple[str | None, str | None]) -> None:
    found = outcomes(one, round_(), False, START + dt.timedelta(minutes=now))
    assert (found.get("response_rate"), found.get("acknowledged_in_time")) == expected
    assert found.keys() <= {"response_rate", "acknowledged_in_time"}


@pytest.mark.parametrize(
    ("one", "now", "expected"),
    [
        (round_("in_progress"), 100, (None, None)),
        (round_("in_progress"), 601, ("late", None)),  # nobody gets better by never closing
        (round_("resolved", 500), 700, (None, None)),  # the check may still fail
        (round_("resolved", 601), 700, ("late", None)),
        (round_("verified", 600), 900, ("in_time", None)),
        (round_("verified", 601), 900, ("late", None)),
        (round_("closed", 500), 900, ("in_time", "not_asked")),
        (round_("verified", 500, rework=True), 900, ("in_time", "asked")),
        (round_("closed", 500, due=None), 900, (None, "not_asked")),
        (round_("withdrawn"), 900, (None, None)),
        (round_("suspended"), 900, (None, None)),  # its clock stands still
    ],
)
def test_how_a_round_ends(one: Round, now: float, expected: tuple[str | None, str | None]) -> None:
    found = outcomes(turn(reacted=1), one, True, START + dt.timedelta(minutes=now))
    assert (found.get("closed_in_time"), found.get("rework_share")) == expected


@pytest.mark.parametrize(
    ("state", "solved", "satisfaction", "expected"),
    [
        ("closed", "yes", "satisfied", {"resolution_rate": "yes", "satisfaction_rate": "satisfied"}),
        ("verified", "no", "dissatisfied", {"resolution_rate": "no", "satisfaction_rate": "dissatisfied"}),
        ("closed", "partly", "unrated", {"resolution_rate": "partly"}),
        ("closed", None, "unrated", {}),
        ("withdrawn", "yes", "satisfied", {}),
    ],
)
def test_what_the_reporter_said(state: str, solved: str | None, satisfaction: str, expected: dict[str, str]) -> None:
    answered = Round(state, None, at(5), solved, satisfaction, False)
    found = outcomes(turn(), answered, True, START)
    assert {name: found[name] for name in ("resolution_rate", "satisfaction_rate") if name in found} == expected
    assert not outcomes(turn(), answered, False, START), "only the last turn of a round has what its end brings"


NUMBERS = st.fixed_dictionaries(
    {f: st.fixed_dictionaries({o: st.integers(0, 50) for o in FIGURES[f]}) for f in FIGURES}
)


@given(NUMBERS)
def test_a_score_is_a_mean(counts: dict[str, dict[str, int]]) -> None:
    figures = shares(counts, USUAL)
    assert all(figure["turns"] == sum(counts[name].values()) for name, figure in figures.items())
    known = [100 * figures[name]["share"] for name in USUAL.weights if figures[name]["turns"]]
    result = score(figures, USUAL)
    assert (result is None) == (not known)
    assert result is None or min(known) - 0.01 <= result <= max(known) + 0.01


@given(NUMBERS, st.sampled_from([(f, o) for f in FIGURES for o in FIGURES[f]]))
def test_one_more_good_outcome_never_lowers_a_score(counts: dict[str, dict[str, int]], one: tuple[str, str]) -> None:
    rules, _ = read_scoring({"weights": dict.fromkeys(FIGURES, 1)})
    figure, outcome = one
    good = rules.credit[figure][outcome] == (0 if figure == "rework_share" else 1)
    if not good or not sum(counts[figure].values()):
        return
    more = counts | {figure: counts[figure] | {outcome: counts[figure][outcome] + 1}}
    before, after = score(shares(counts, rules), rules), score(shares(more, rules), rules)
    assert before is not None and after is not None and after >= before - 0.01


TURNS = st.lists(
    st.builds(
        lambda month, unit, member, outcomes: {
            "month": month, "grid_id": unit, "unit": unit, "member_id": member, "category": "0101", "source": "hotline",
            "outcomes": outcomes,
        },
        st.sampled_from(["2026-10", "2026-11"]),
        st.sampled_from(["g1", "g2"]),
        st.sampled_from(["m1", "m2"]),
        st.fixed_dictionaries({}, optional={figure: st.sampled_from([*FIGURES[figure]]) for figure in FIGURES}),
    ),
    max_size=6,
)  # fmt: skip


@given(st.lists(TURNS, min_size=1, max_size=5))
def test_tallies_are_always_those_of_the_turns(history: list[list[dict[str, Any]]]) -> None:
    """However often turns come to count otherwise, the sum of the differences is what the last of them count as."""
    tallies: Counter[tuple[str, ...]] = Counter()
    for before, after in pairwise([[], *history]):
        tallies.update({tuple(row[name] for name in TALLY): row["turns"] for row in difference(before, after)})
    last = {tuple(row[name] for name in TALLY): row["turns"] for row in difference([], history[-1])}
    assert {key: turns for key, turns in tallies.items() if turns} == last
    assert sum(last.values()) == len(DIMENSIONS) * sum(len(turn["outcomes"]) for turn in history[-1])
    assert difference(history[-1], history[-1]) == []


def test_a_worked_example() -> None:
    """30 × 0.9 + 35 × (6 + 0.5) / 10 + 35 × 0.8 = 77.75."""
    counts = {
        "response_rate": {"taken": 9, "missed": 1},
        "resolution_rate": {"yes": 6, "partly": 1, "no": 3},
        "satisfaction_rate": {"satisfied": 5, "mostly_satisfied": 3, "dissatisfied": 2},
    }
    figures = shares(counts, USUAL)
    assert [figures[name]["share"] for name in counts] == [0.9, 0.65, 0.8]
    assert score(figures, USUAL) == 77.75
    del counts["resolution_rate"]  # nothing is known: (30 × 0.9 + 35 × 0.8) / 65
    assert score(shares(counts, USUAL), USUAL) == 84.62
    assert score(shares({}, USUAL), USUAL) is None


@pytest.mark.parametrize(
    ("dissatisfied", "of", "rings"), [(2, 10, False), (3, 20, False), (4, 20, True), (20, 20, True), (19, 19, False)]
)
def test_an_alarm_is_for_more_than_a_few(dissatisfied: int, of: int, rings: bool) -> None:
    counts = {"satisfaction_rate": {"satisfied": of - dissatisfied, "dissatisfied": dissatisfied}}
    assert alarms(shares(counts, USUAL), USUAL) == (["satisfaction_rate"] if rings else [])


def test_much_rework_is_an_alarm() -> None:
    rules, _ = read_scoring({"alarm": {"rework_share": 0.1}, "alarm_from": 10})
    assert alarms(shares({"rework_share": {"asked": 1, "not_asked": 9}}, rules), rules) == []
    assert alarms(shares({"rework_share": {"asked": 2, "not_asked": 8}}, rules), rules) == ["rework_share"]


def test_a_town_weighs_for_itself() -> None:
    rules, wrong = read_scoring(
        {"weights": {"closed_in_time": 1, "rework_share": 3}, "credit": {"resolution_rate": {"partly": 0}}}
    )
    assert not wrong and rules.credit["resolution_rate"] == {"yes": 1, "partly": 0, "no": 0}
    counts = {"closed_in_time": {"in_time": 1, "late": 1}, "rework_share": {"asked": 1, "not_asked": 3}}
    assert score(shares(counts, rules), rules) == 68.75  # (0.5 + 3 × 0.75) / 4


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ([], ()),
        ({"wieghts": {}}, ("wieghts",)),
        ({"weights": {"response": 1}}, ("weights", "response")),
        ({"weights": {"response_rate": "30"}}, ("weights", "response_rate")),
        ({"weights": {"response_rate": True}}, ("weights", "response_rate")),
        ({"weights": {"response_rate": float("nan")}}, ("weights", "response_rate")),
        ({"weights": {"response_rate": -1}}, ("weights", "response_rate")),
        ({"weights": {"response_rate": 0}}, ("weights",)),
        ({"weights": None}, ("weights",)),
        ({"credit": {"resolution_rate": {"maybe": 1}}}, ("credit", "resolution_rate", "maybe")),
        ({"credit": {"resolution_rate": {"partly": 2}}}, ("credit", "resolution_rate", "partly")),
        ({"credit": {"resolution_rate": 1}}, ("credit", "resolution_rate")),
        ({"alarm": {"satisfaction_rate": 85}}, ("alarm", "satisfaction_rate")),
        ({"alarm_from": "many"}, ("alarm_from",)),
    ],
)
def test_wrong_rules_are_refused_with_their_place(section: Any, where: tuple[str, ...]) -> None:
    _, wrong = read_scoring(section)
    assert where in [problem.path for problem in wrong]
    assert all(problem.problem and problem.repair for problem in wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from([*FIGURES, "weights", "credit"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["weights", "alarm", *FIGURES]), inner),
    max_leaves=8,
)


@given(JSON)
def test_whatever_is_written_is_read_or_refused(section: Any) -> None:
    rules, _ = read_scoring(section)
    assert rules.alarm_from >= 1 and rules.credit.keys() == FIGURES.keys()


def test_the_check_of_a_town_folder_names_the_line(tmp_path: Path) -> None:
    town = read_town(SAMPLE)
    assert problems(town) == []
    text = (SAMPLE / "rules" / "normal.yaml").read_text(encoding="utf-8").replace("alarm_from: 20", "alarm_from: 二十")
    file = tmp_path / "normal.yaml"
    file.write_text(text, encoding="utf-8")
    town.marks["normal.yaml"] = marked.read(file)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "alarm_from" in line)
    assert problems(town) == [
        f"rules/normal.yaml:{line}: dispatch.scores.alarm_from: '二十' is no number from 0 to 1,000,000: correct it"
    ]
