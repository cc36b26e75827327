"""The invariants, each a function over the evidence that yields what breaks it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.chaos.checker import delivering, hearing
from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.sorting import sort

LATE = dt.timedelta(seconds=10)  # that a step may come after it was due, with nothing broken
BEFORE_THE_CHECK = ("submitted", "awaiting_info", "accepted", "dispatched", "in_progress")
OPEN = (*BEFORE_THE_CHECK, "suspended", "transferred", "resolved", "follow_up_pending")
ENDED = ("closed", "rejected", "merged", "cancelled")
LEGAL = {
    (None, "submitted"),
    ("submitted", "accepted"),
    ("submitted", "rejected"),
    ("submitted", "awaiting_info"),
    ("awaiting_info", "submitted"),
    ("rejected", "submitted"),
    *((state, state) for state in OPEN),  # corrected
    *((state, "cancelled") for state in OPEN),
    *((state, "closed") for state in ("submitted", "awaiting_info", "accepted", "dispatched")),  # answered at once
    *((state, end) for state in BEFORE_THE_CHECK for end in ("merged", "transferred")),
    ("merged", "accepted"),
    ("transferred", "accepted"),
    ("transferred", "closed"),
    ("accepted", "dispatched"),
    ("dispatched", "in_progress"),
    ("dispatched", "accepted"),
    ("dispatched", "resolved"),
    ("in_progress", "dispatched"),
    ("in_progress", "accepted"),
    ("in_progress", "resolved"),
    ("in_progress", "suspended"),
    ("suspended", "in_progress"),
    ("resolved", "in_progress"),
    ("resolved", "follow_up_pending"),
    ("follow_up_pending", "closed"),
    ("follow_up_pending", "dispatched"),
    ("closed", "dispatched"),  # the reporter objects, or is dissatisfied when asked after all
}


class Violation(NamedTuple):
    """One broken promise: which kind, and what exactly."""

    kind: str
    what: str


def check(evidence: Evidence, all_closed: bool = True) -> list[Violation]:
    """Every broken promise that the evidence shows; an empty list is a clean run."""
    found = [violation for rule in RULES for violation in rule(evidence)]
    return found + (list(_all_ended(evidence)) if all_closed else [])


def _reports(evidence: Evidence) -> Iterator[Violation]:
    """1, 2, 3: every confirmed report has one case or a refusal, and nothing else has one."""
    found = sort(evidence)
    yield from (Violation("lost", f"report {key} was confirmed and has no case and no refusal") for key in found.lost)
    yield from (Violation("doubled", f"report {key} is there more than once") for key in found.doubled)
    yield from (Violation("unexpected", f"{key} was never sent") for key in found.unexpected)
    known = {case for _, _, case in evidence.reports}
    for case, *_ in evidence.cases:
        if case not in known:
            yield Violation("unexpected", f"case {case} has no report")
    for key in evidence.poison & {(source, external_id) for source, external_id, _ in evidence.reports}:
        yield Violation("unexpected", f"poison {key} became a case")


def _due(evidence: Evidence) -> Iterator[Violation]:
    """1: a case that is alive has a time at which somebody is reminded of it."""
    yield from (Violation("stuck", f"case {case} is alive and nothing is due") for case in evidence.without_due)


def _numbering(evidence: Evidence) -> Iterator[Violation]:
    """4: what a service says about a case is numbered without gaps in the journal."""
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for service, case, sequence in evidence.journal:
        said[service, case].append(sequence)
    for (service, case), numbers in said.items():
        yield from _row(f"{service} about {case}", numbers)


def _messages_arrive(evidence: Evidence) -> Iterator[Violation]:
    """8: whatever was committed to be said is in the journal, which hears everything; nothing else is."""
    for service, ids in evidence.said.items():
        for event_id in ids - evidence.heard:
            yield Violation("lost", f"{service} said {event_id}, the board never heard it")
    for event_id in evidence.heard - set[str]().union(*evidence.said.values()):
        yield Violation("unexpected", f"the journal has {event_id}, nobody said it")


def _legal(evidence: Evidence) -> Iterator[Violation]:
    """5: only the steps that the life of a case has, each from where the case was."""
    at: dict[str, str | None] = {}
    for case, before, after in evidence.steps:
        if (before, after) not in LEGAL:
            yield Violation("illegal", f"case {case}: {before} → {after}")
        if at.get(case) != before:
            yield Violation("illegal", f"case {case}: a step from {before} while it was {at.get(case)}")
        at[case] = after
    for case, _, _, state in evidence.cases:
        if at.get(case) != state:
            yield Violation("gap", f"case {case} is {state}, its history ends with {at.get(case)}")


def _handlers(evidence: Evidence) -> Iterator[Violation]:
    """6: one handler at a time, who is there and whose post covers the grid."""
    for order, count in evidence.active_assignments.items():
        if count > 1:
            yield Violation("doubled", f"order {order} has {count} active handlers")
    for one in evidence.assigned:
        if not one.active or (one.role in ("worker", "leader") and one.works_in != one.grid):
            yield Violation(
                "illegal", f"{one.member} ({one.role} of {one.works_in}) has order {one.order} of {one.grid}"
            )


def _commands(evidence: Evidence) -> Iterator[Violation]:
    """What a member was told to be accepted is recorded."""
    for key in evidence.accepted - evidence.commands:
        yield Violation("lost", f"command {key} was accepted and is not recorded")


def _answers(evidence: Evidence) -> Iterator[Violation]:
    """What a reporter or a call-taker was told to be taken is kept; and every matter that was asked about ends once."""
    for channel, what in evidence.told_taken - evidence.answers:
        yield Violation("lost", f"an answer by {channel} ({what}) was taken and is not there")
    for follow_up, times in evidence.ends.items():
        if times != 1:
            yield Violation("lost" if not times else "doubled", f"the end of {follow_up} was said {times} times")


def _notices(evidence: Evidence) -> Iterator[Violation]:
    """7: every notice has ended, and each member's are numbered without gaps."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for member, number in evidence.notices:
        numbers[member].append(number)
    for member, found in numbers.items():
        yield from _row(f"notices of {member}", found)
    if evidence.open_deliveries:
        yield Violation("stuck", f"{evidence.open_deliveries} deliveries have no outcome")


def _outboxes(evidence: Evidence) -> Iterator[Violation]:
    """8, 11: the outboxes drain, and nothing stays parked that should have gone through."""
    for service, n in evidence.unconfirmed.items():
        if n:
            yield Violation("stuck", f"{service}: {n} outbox rows without confirm")
    for service, n in evidence.parked.items():
        if n:
            yield Violation("stuck", f"{service}: {n} parked events")


def _ladder(evidence: Evidence) -> Iterator[Violation]:
    """9: each step of supervision comes once for a handler, never early."""
    times = Counter((one.order, one.step, one.handler) for one in evidence.fired)
    yield from (Violation("doubled", f"step {key} came {n} times") for key, n in times.items() if n > 1)
    for one in evidence.fired:
        if one.due and one.at < one.due:
            yield Violation("illegal", f"step {one.step} of {one.order} came at {one.at}, due {one.due}")


def _taken_in_time(evidence: Evidence) -> Iterator[Violation]:
    """9: each step that is stored with an order came when it was due, at most a few seconds late once all is well."""
    for rung in evidence.rungs:
        name, latest = f"step {rung.step} of {rung.order}", max(rung.due, evidence.healed or rung.due) + LATE
        if rung.fired and rung.fired < rung.due:
            yield Violation("illegal", f"{name} came at {rung.fired}, due {rung.due}")
        if rung.fired and rung.fired > latest:
            yield Violation("late", f"{name} came at {rung.fired}, due {rung.due}, all well since {evidence.healed}")
        if not rung.fired and rung.waits and evidence.looked and evidence.looked > latest:
            yield Violation("lost", f"{name} was due {rung.due} and has not come at {evidence.looked}")


def _taken_once(evidence: Evidence) -> Iterator[Violation]:
    """9: dispatch's journal has each step that came once, and none besides. A ladder begins anew when the order is
    handed over: what the journal has from before need not be on it any more."""
    journal = Counter((one.order, one.at) for one in evidence.taken)
    ladder = Counter((rung.order, rung.fired) for rung in evidence.rungs if rung.fired)
    for (order, at), n in ladder.items():
        if journal[order, at] < n:
            yield Violation("lost", f"{order}: {n} steps came at {at}, the journal has {journal[order, at]}")
    gone: Counter[str] = Counter()
    for one in {one for one in evidence.taken if one.since_handed_over}:
        n, known = journal[one.order, one.at], ladder[one.order, one.at]
        gone[one.order] += not known
        if n > max(known, 1):
            yield Violation("doubled", f"{one.order}: the journal has {n} steps at {one.at}, the ladder {known}")
    again: Counter[str] = Counter()
    for rung in evidence.rungs:
        again[rung.order] += rung.times - 1
    for order, n in gone.items():
        if n > again[order]:
            yield Violation("doubled", f"{order}: the journal has {n - again[order]} steps that the ladder has not")


def _bounded(evidence: Evidence) -> Iterator[Violation]:
    """10: memory, queues and connections stay within their bounds."""
    for what, highest, bound in evidence.samples:
        if highest > bound:
            yield Violation("unbounded", f"{what} reached {highest:g}, at most {bound:g}")


def _counters(evidence: Evidence) -> Iterator[Violation]:
    """12: numbers that are kept agree with the rows that they count."""
    for one in evidence.counters:
        if one.kept != one.counted:
            yield Violation("gap", f"{one.what}: {one.kept} kept, {one.counted} counted")


def _feedback(evidence: Evidence) -> Iterator[Violation]:
    """13: a source hears all feedback on a report, in order; a repetition carries the same id."""
    heard: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for source, external_id, number, event_id in evidence.feedback:
        if (number, event_id) not in heard[source, external_id]:
            heard[source, external_id].append((number, event_id))
    for key, numbers in heard.items():
        if [n for n, _ in numbers] != list(range(1, len(numbers) + 1)):
            yield Violation("gap", f"feedback for {key}: {[n for n, _ in numbers]}")
    for key, said in evidence.feedback_said.items():
        if len(heard.get(key, ())) < said:
            yield Violation("lost", f"feedback for {key}: {said} said, {len(heard.get(key, ()))} heard")


def _subscribers(evidence: Evidence) -> Iterator[Violation]:
    """Whoever has subscribed hears what happens, or is told what is cut; and nothing else."""
    found = hearing.broken_promises(evidence.fed, evidence.happened, evidence.ears)
    yield from (Violation(kind, what) for kind, what in found)


def _channels(evidence: Evidence) -> Iterator[Violation]:
    """7: what was to go out on channels ends delivered, failed or uncertain, or with a no; nothing twice in silence."""
    parts = evidence.intended, evidence.untold, evidence.sent_on_channels, evidence.reached
    yield from (Violation(kind, what) for kind, what in delivering.broken_promises(*parts))


def _all_ended(evidence: Evidence) -> Iterator[Violation]:
    for case, _, _, state in evidence.cases:
        if state not in ENDED:
            yield Violation("stuck", f"case {case} is {state}")


def _row(what: str, numbers: Iterable[int]) -> Iterator[Violation]:
    found = sorted(numbers)
    if len(set(found)) != len(found):
        yield Violation("doubled", f"{what}: {found}")
    elif found != list(range(1, len(found) + 1)):
        yield Violation("gap", f"{what}: {found}")


RULES: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    _reports,
    _due,
    _numbering,
    _messages_arrive,
    _legal,
    _handlers,
    _commands,
    _answers,
    _notices,
    _outboxes,
    _ladder,
    _taken_in_time,
    _taken_once,
    _bounded,
    _counters,
    _feedback,
    _subscribers,
    _channels,
)
