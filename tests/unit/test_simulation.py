"""The simulation's own rules: the plan, the cards, the tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from deploy.simulation.outcome import by_source, happened
from deploy.simulation.script import Deck, Planned, ScriptError, plan

TOWN = Path(__file__).parents[2] / "deploy" / "towns" / "qiuchuan"


def test_plan_has_every_source_and_reports_settled_on_the_spot() -> None:
    planned = plan(TOWN, 20, seed=1, run="r")
    cases = [report for report in planned if not report.refused]
    assert len(cases) == 20 and any(report.refused for report in planned)
    assert {"hotline", "portal", "chat", "camera", "patrol", "dcm", "pingan"} <= {report.source for report in cases}
    assert any("settled" in report.data for report in cases)
    assert all((report.member is not None) == (report.source == "patrol") for report in planned)
    assert len({report.external_id for report in planned}) == len(planned)


def test_same_seed_same_plan_and_another_run_has_other_numbers() -> None:
    assert plan(TOWN, 20, 1, "r") == plan(TOWN, 20, 1, "r") != plan(TOWN, 20, 2, "r")
    assert not {r.external_id for r in plan(TOWN, 20, 1, "r")} & {r.external_id for r in plan(TOWN, 20, 1, "s")}


def test_more_cases_than_samples_come_again_under_other_numbers() -> None:
    planned = [report for report in plan(TOWN, 150, 1, "r") if not report.refused]
    assert len(planned) == 150 == len({report.external_id for report in planned})


def test_town_without_sample_reports_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="no sample reports"):
        plan(tmp_path, 1, 1, "r")


def test_deck_deals_each_card_once_and_never_two_to_a_case() -> None:
    deck = Deck(["ignore", "return"], "do", seed=1)
    first = deck.deal("c1")
    assert first in ("ignore", "return") and deck.deal("c1") == "do"
    assert {first, deck.deal("c2")} == {"ignore", "return"} and deck.deal("c3") == "do"


def test_tables() -> None:
    planned = [Planned(source, None, str(at), False, "external_id", {}) for at, source in enumerate("aab")]
    outcomes = {"0": "closed", "1": "in_progress", "2": "refused"}
    assert by_source(planned, outcomes) == [
        ["a", "2", "1", "0", "0", "1"],
        ["b", "1", "0", "0", "1", "0"],
        ["合计 all", "3", "1", "0", "1", "1"],
    ]
    escalated = {"type": "dispatch.work_escalated.v1", "data": {"measure": "escalate"}}
    reminded = {"type": "dispatch.work_escalated.v1", "data": {"measure": "remind"}}
    rows = happened([[escalated, reminded, reminded], [reminded]])
    counts: Counter[tuple[str, str]] = Counter()
    for text, times, cases in rows:
        counts[times, cases] += 1
        if "escalated" in text:
            assert (times, cases) == ("1", "1")
        if "reminded" in text:
            assert (times, cases) == ("3", "2")
    assert counts["0", "0"] == len(rows) - 2
