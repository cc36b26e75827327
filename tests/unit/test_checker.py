"""The checker itself is tested: it must find what is planted, and nothing in a clean run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.support.checker import Evidence, check

CLEAN = Evidence(
    confirmed={("hotline", "1"), ("hotline", "bad")},
    poison={("hotline", "bad")},
    cases=[("c1", "hotline", "1", "closed")],
    reports=[("hotline", "1", "c1")],
    refused={("hotline", "bad")},
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
    active_assignments=Counter({"o1": 1}),
    feedback=[("hotline", "1", 1, "f1"), ("hotline", "1", 1, "f1"), ("hotline", "1", 2, "f2")],
    unconfirmed={"intake": 0},
    parked={"intake": 0},
)


def test_a_clean_run_is_clean() -> None:
    assert check(CLEAN) == []


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("lost", replace(CLEAN, confirmed=CLEAN.confirmed | {("hotline", "2")})),
        ("lost", replace(CLEAN, refused=set())),
        ("doubled", replace(CLEAN, reports=CLEAN.reports * 2)),
        (
            "doubled",
            replace(
                CLEAN,
                cases=[*CLEAN.cases, ("c2", "hotline", "1", "closed")],
                reports=[*CLEAN.reports, ("portal", "1", "c2")],
            ),
        ),
        ("unexpected", replace(CLEAN, cases=[*CLEAN.cases, ("c3", "portal", "9", "closed")])),
        ("gap", replace(CLEAN, journal=[*CLEAN.journal, ("dispatch", "c1", 3)])),
        ("doubled", replace(CLEAN, journal=[*CLEAN.journal, ("dispatch", "c1", 1)])),
        ("illegal", replace(CLEAN, steps=[*CLEAN.steps, ("c1", "closed", "accepted")])),
        ("illegal", replace(CLEAN, steps=CLEAN.steps[:2] + CLEAN.steps[3:])),
        ("doubled", replace(CLEAN, active_assignments=Counter({"o1": 2}))),
        ("gap", replace(CLEAN, feedback=[("hotline", "1", 2, "f2"), ("hotline", "1", 1, "f1")])),
        ("doubled", replace(CLEAN, journal=[*CLEAN.journal, ("intake", "c1", 2)])),
        ("stuck", replace(CLEAN, unconfirmed={"intake": 3})),
        ("stuck", replace(CLEAN, parked={"callback": 1})),
        ("stuck", replace(CLEAN, cases=[("c1", "hotline", "1", "resolved")])),
    ],
)
def test_what_is_planted_is_found(kind: str, planted: Evidence) -> None:
    assert kind in {violation.kind for violation in check(planted)}
