"""The checker itself is tested: it must find what is planted, and nothing in a clean run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker import Evidence, check, sort
from tests.chaos.checker.evidence import Assigned, Counter, Fired, Rung, Taken

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER, MUCH_LATER = NOON + dt.timedelta(seconds=5), NOON + dt.timedelta(seconds=30)
GOOD, BAD, UNSURE = ("hotline", "1"), ("hotline", "bad"), ("hotline", "unsure")
CLEAN = Evidence(
    sent={GOOD, BAD, UNSURE},
    confirmed={GOOD, BAD},
    poison={BAD},
    cases=[("c1", "hotline", "1", "closed")],
    reports=[("hotline", "1", "c1")],
    refused={BAD},
    steps=[
        ("c1", None, "submitted"),
        ("c1", "submitted", "accepted"),
        ("c1", "accepted", "dispatched"),
        ("c1", "dispatched", "in_progress"),
        ("c1", "in_progress", "resolved"),
        ("c1", "resolved", "follow_up_pending"),
        ("c1", "follow_up_pending", "closed"),
    ],
    journal=[("intake", "c1", 1), ("intake", "c1", 2), ("dispatch", "c1", 1)],
    said={"intake": {"e1", "e2"}, "dispatch": {"e3"}},
    heard={"e1", "e2", "e3"},
    active_assignments={"o1": 1},
    assigned=[Assigned("o1", "m1", True, "worker", "g1", "g1"), Assigned("o2", "desk1", True, "desk", "t", None)],
    accepted={("m1", "k1")},
    commands={("m1", "k1"), ("m1", "k2")},
    told_taken={("desk", "call1"), ("page", "f1")},
    answers={("desk", "call1"), ("page", "f1"), ("objection", "20261123-000001")},
    ends={"20261123-000001, round 1": 1},
    fired=[Fired("o1", 1, "m1", NOON, NOON), Fired("o1", 2, "m1", NOON, None), Fired("o1", 1, "m2", NOON, None)],
    rungs=[
        Rung("o1", 1, NOON, NOON, True),
        Rung("o1", 2, NOON, LATER, True),
        Rung("o1", 3, NOON, None, False),  # acknowledged meanwhile
        Rung("o1", 4, MUCH_LATER, None, True),
        Rung("o3", 8, LATER, LATER, True, times=2),  # it repeats
    ],
    taken=[
        Taken("o1", NOON - dt.timedelta(hours=1), False),  # by an earlier handler, whose ladder is gone
        Taken("o1", NOON, True),
        Taken("o1", LATER, True),
        Taken("o3", NOON, True),
        Taken("o3", LATER, True),
    ],
    looked=MUCH_LATER + dt.timedelta(seconds=5),
    feedback=[("hotline", "1", 1, "f1"), ("hotline", "1", 1, "f1"), ("hotline", "1", 2, "f2")],
    feedback_said={GOOD: 2},
    notices=[("m1", 2), ("m1", 1), ("m2", 1)],
    counters=[Counter("orders in hand of m1", 3, 3)],
    unconfirmed={"intake": 0},
    parked={"intake": 0},
    samples=[("memory of intake-1, MiB", 80.0, 400.0)],
)
PLANTED: list[tuple[str, dict[str, Any]]] = [
    ("lost", {"confirmed": CLEAN.confirmed | {UNSURE}}),
    ("lost", {"refused": set()}),
    ("doubled", {"reports": CLEAN.reports * 2}),
    ("doubled", {"cases": [*CLEAN.cases, ("c2", "hotline", "1", "closed")]}),
    ("unexpected", {"cases": [*CLEAN.cases, ("c3", "portal", "9", "closed")]}),
    ("unexpected", {"sent": {BAD}}),
    ("unexpected", {"poison": {BAD, GOOD}, "refused": {BAD, GOOD}}),
    ("stuck", {"without_due": ["c1"]}),
    ("gap", {"journal": [*CLEAN.journal, ("dispatch", "c1", 3)]}),
    ("doubled", {"journal": [*CLEAN.journal, ("dispatch", "c1", 1)]}),
    ("gap", {"journal": CLEAN.journal[1:]}),
    ("lost", {"heard": {"e1", "e2"}}),
    ("unexpected", {"heard": {"e1", "e2", "e3", "e4"}}),
    ("illegal", {"steps": [*CLEAN.steps, ("c1", "closed", "accepted")]}),
    ("illegal", {"steps": CLEAN.steps[:2] + CLEAN.steps[3:]}),
    ("gap", {"steps": CLEAN.steps[:-1]}),
    ("doubled", {"active_assignments": {"o1": 2}}),
    ("illegal", {"assigned": [Assigned("o1", "m1", False, "worker", "g1", "g1")]}),
    ("illegal", {"assigned": [Assigned("o1", "m1", True, "worker", "g2", "g1")]}),
    ("lost", {"commands": {("m1", "k2")}}),
    ("lost", {"answers": {("desk", "call1")}}),
    ("lost", {"ends": {"20261123-000001, round 1": 0}}),
    ("doubled", {"ends": {"20261123-000001, round 1": 2}}),
    ("gap", {"notices": [("m1", 1), ("m1", 3)]}),
    ("doubled", {"notices": [("m1", 1), ("m1", 1)]}),
    ("stuck", {"open_deliveries": 1}),
    ("stuck", {"unconfirmed": {"intake": 3}}),
    ("stuck", {"parked": {"callback": 1}}),
    ("doubled", {"fired": [*CLEAN.fired, Fired("o1", 1, "m1", NOON, None)]}),
    ("illegal", {"fired": [Fired("o1", 1, "m1", NOON, NOON + dt.timedelta(seconds=1))]}),
    ("illegal", {"rungs": [*CLEAN.rungs[1:], Rung("o1", 1, LATER, NOON, True)]}),
    ("late", {"rungs": [*CLEAN.rungs, Rung("o1", 2, NOON, MUCH_LATER, True)]}),
    ("lost", {"rungs": [*CLEAN.rungs, Rung("o2", 1, NOON, None, True)]}),
    ("lost", {"taken": CLEAN.taken[:-1]}),
    ("doubled", {"taken": [*CLEAN.taken, Taken("o1", LATER, True)]}),
    ("doubled", {"taken": [*CLEAN.taken, Taken("o1", LATER + dt.timedelta(seconds=1), True)]}),
    ("doubled", {"taken": [*CLEAN.taken, Taken("o3", LATER + dt.timedelta(seconds=1), True)]}),
    ("unbounded", {"samples": [("memory of intake-1, MiB", 401.0, 400.0)]}),
    ("gap", {"counters": [Counter("orders in hand of m1", 3, 2)]}),
    ("gap", {"feedback": [("hotline", "1", 2, "f2"), ("hotline", "1", 1, "f1")]}),
    ("gap", {"feedback": [*CLEAN.feedback, ("hotline", "1", 2, "another id")]}),
    ("lost", {"feedback_said": {GOOD: 3}}),
    ("stuck", {"cases": [("c1", "hotline", "1", "resolved")]}),
]


def test_a_clean_run_is_clean() -> None:
    assert check(CLEAN) == []


@pytest.mark.parametrize(("kind", "planted"), PLANTED)
def test_what_is_planted_is_found(kind: str, planted: dict[str, Any]) -> None:
    assert kind in {violation.kind for violation in check(replace(CLEAN, **planted))}


def test_what_was_due_while_all_was_broken_may_come_after_it() -> None:
    late = Rung("o2", 2, NOON, MUCH_LATER, True)
    evidence = replace(CLEAN, rungs=[*CLEAN.rungs, late], taken=[*CLEAN.taken, Taken("o2", MUCH_LATER, True)])
    assert {violation.kind for violation in check(evidence)} == {"late"}
    assert check(replace(evidence, healed=MUCH_LATER - dt.timedelta(seconds=5))) == []
    still_missing = replace(CLEAN, rungs=[*CLEAN.rungs, Rung("o2", 1, NOON, None, True)])
    assert check(replace(still_missing, healed=MUCH_LATER)) == []


def test_reports_are_sorted_as_a_set_test_does() -> None:
    evidence = replace(
        CLEAN,
        sent={GOOD, BAD, UNSURE, ("hotline", "gone")},
        confirmed={GOOD, BAD, ("hotline", "gone")},
        cases=[*CLEAN.cases, ("c2", "hotline", "unsure", "closed"), ("c3", "portal", "9", "closed")],
        reports=[*CLEAN.reports, ("hotline", "unsure", "c2"), ("portal", "9", "c3"), ("portal", "9", "c3")],
    )
    found = sort(evidence)
    assert found.kept == {GOOD, BAD}
    assert found.recovered == {UNSURE}
    assert found.lost == {("hotline", "gone")}
    assert found.unexpected == {("portal", "9")}
    assert found.doubled == {("portal", "9")}
    assert str(found) == "2 kept, 1 recovered, 1 lost, 1 unexpected, 1 doubled"
