"""The checker: reads what clients sent and saw and what the databases hold, and names every broken promise.

Invariants (numbers as in the catalogue of promises): 1 every confirmed report has a case or a refusal, 2 one case per
(source, external id), 3 no case without a report, 4 what a service says about a case is numbered without gaps,
5 only legal steps, 8 the outbox drains, 11 poison is parked or refused and its neighbours flow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LEGAL = {
    (None, "submitted"),
    ("submitted", "accepted"),
    ("submitted", "rejected"),
    ("accepted", "dispatched"),
    ("dispatched", "dispatched"),
    ("dispatched", "in_progress"),
    ("dispatched", "accepted"),
    ("dispatched", "resolved"),
    ("in_progress", "dispatched"),
    ("in_progress", "accepted"),
    ("in_progress", "resolved"),
    ("resolved", "in_progress"),
    ("resolved", "follow_up_pending"),
    ("follow_up_pending", "closed"),
    ("follow_up_pending", "dispatched"),
}


ACTIVE = "SELECT order_id::text, count(*) FROM assignments WHERE until IS NULL AND role = 'handler' GROUP BY 1"


class Violation(NamedTuple):
    """One broken promise: which kind (lost, doubled, gap, illegal, unexpected, stuck) and what exactly."""

    kind: str
    what: str


@dataclass
class Evidence:
    """What a run left behind. Keys of reports are (source, external id)."""

    confirmed: set[tuple[str, str]] = field(default_factory=set)  # reports that the broker or HTTP confirmed
    poison: set[tuple[str, str]] = field(default_factory=set)  # those of them that must be refused
    cases: list[tuple[str, str, str, str]] = field(default_factory=list)  # (id, source, external id, state)
    reports: list[tuple[str, str, str]] = field(default_factory=list)  # (source, external id, case id)
    refused: set[tuple[str, str]] = field(default_factory=set)
    steps: list[tuple[str, str | None, str]] = field(default_factory=list)  # (case id, from, to) in order
    journal: list[tuple[str, str, int]] = field(default_factory=list)  # (service, case id, sequence)
    active_assignments: Counter[str] = field(default_factory=Counter)  # order id → active assignees
    feedback: list[tuple[str, str, int, str]] = field(default_factory=list)  # heard by sources: …, number, event id
    unconfirmed: dict[str, int] = field(default_factory=dict)  # service → outbox rows left
    parked: dict[str, int] = field(default_factory=dict)


def check(evidence: Evidence, all_closed: bool = True) -> list[Violation]:
    """Every broken promise that the evidence shows; an empty list is a clean run."""
    return [
        *_reports_have_cases(evidence),
        *_numbering(evidence.journal),
        *_legal(evidence.steps),
        *_nothing_waits(evidence),
        *_feedback_in_order(evidence.feedback),
        *(
            Violation("doubled", f"order {order} has {count} active assignees")
            for order, count in evidence.active_assignments.items()
            if count > 1
        ),
        *(
            Violation("stuck", f"case {case} is {state}")
            for case, _, _, state in evidence.cases
            if all_closed and state not in ("closed", "rejected")
        ),
    ]


def _reports_have_cases(evidence: Evidence) -> Iterable[Violation]:
    by_report = Counter((source, external_id) for source, external_id, _ in evidence.reports)
    yield from (
        Violation("lost", f"report {key} was confirmed and has no case")
        for key in sorted(evidence.confirmed - evidence.poison - set(by_report))
    )
    yield from (
        Violation("lost", f"poison {key} was confirmed and nobody was told")
        for key in sorted((evidence.confirmed & evidence.poison) - evidence.refused)
    )
    yield from (Violation("doubled", f"report {key} stands {n} times") for key, n in by_report.items() if n > 1)
    by_case = Counter((source, external_id) for _, source, external_id, _ in evidence.cases)
    yield from (Violation("doubled", f"{key} has {n} cases") for key, n in by_case.items() if n > 1)
    known = {case for _, _, case in evidence.reports}
    yield from (
        Violation("unexpected", f"case {case} has no report") for case, *_ in evidence.cases if case not in known
    )


def _numbering(journal: Iterable[tuple[str, str, int]]) -> Iterable[Violation]:
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for service, case, sequence in journal:
        said[service, case].append(sequence)
    for (service, case), numbers in said.items():
        if len(set(numbers)) != len(numbers):
            yield Violation("doubled", f"{service} about {case}: {sorted(numbers)}")
        elif sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield Violation("gap", f"{service} about {case}: {sorted(numbers)}")


def _legal(steps: Iterable[tuple[str, str | None, str]]) -> Iterable[Violation]:
    at: dict[str, str | None] = {}
    for case, before, after in steps:
        if (before, after) not in LEGAL:
            yield Violation("illegal", f"case {case}: {before} → {after}")
        if at.get(case) != before:
            yield Violation("illegal", f"case {case}: a step from {before} while it was {at.get(case)}")
        at[case] = after


def _nothing_waits(evidence: Evidence) -> Iterable[Violation]:
    yield from (
        Violation("stuck", f"{service}: {n} outbox rows without confirm")
        for service, n in evidence.unconfirmed.items()
        if n
    )
    yield from (Violation("stuck", f"{service}: {n} parked events") for service, n in evidence.parked.items() if n)


def _feedback_in_order(feedback: Iterable[tuple[str, str, int, str]]) -> Iterable[Violation]:
    heard: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for source, external_id, number, event_id in feedback:
        if (number, event_id) not in heard[source, external_id]:  # a repetition carries the same id
            heard[source, external_id].append((number, event_id))
    for key, numbers in heard.items():
        if [n for n, _ in numbers] != list(range(1, len(numbers) + 1)):
            yield Violation("gap", f"feedback for {key}: {numbers}")


def gather(
    town: Any, confirmed: set[tuple[str, str]], poison: set[tuple[str, str]], feedback: list[tuple[str, str, int, str]]
) -> Evidence:
    """The evidence of a town: `town.rows(service, sql)` reads a service's own schema."""
    journal = [
        (source.rsplit("/", 1)[1], case, sequence)
        for source, case, sequence in town.rows(
            "board",
            "SELECT source, case_id::text, sequence FROM journal WHERE case_id IS NOT NULL AND sequence IS NOT NULL",
        )
    ]
    return Evidence(
        confirmed=confirmed,
        poison=poison,
        cases=town.rows("intake", "SELECT id::text, source, external_id, state FROM cases"),
        reports=town.rows("intake", "SELECT source, external_id, case_id::text FROM reports"),
        refused=set(town.rows("intake", "SELECT source, external_id FROM feedback WHERE kind = 'report_rejected'")),
        steps=town.rows("intake", "SELECT case_id::text, from_state, to_state FROM case_history ORDER BY id"),
        journal=journal,
        active_assignments=Counter(
            dict(
                town.rows(
                    "dispatch",
                    ACTIVE,
                )
            )
        ),
        feedback=feedback,
        unconfirmed={s: town.rows(s, "SELECT count(*) FROM unconfirmed")[0][0] for s in town.services},
        parked={s: town.rows(s, "SELECT count(*) FROM parked")[0][0] for s in town.services},
    )
