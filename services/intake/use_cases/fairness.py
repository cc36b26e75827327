"""A source that floods or sends rubbish is slowed down alone.

What came is counted in the process and written down every few seconds, in one transaction for all sources: nothing of
it is on the way of a report. A process that is killed forgets the counts of those seconds, never a report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from services.intake.domain import fairness
from services.intake.domain.fairness import Limits
from services.intake.store import OpenWork
from shared.messaging.envelope import NORMAL


class Admission(NamedTuple):
    """How many are admitted now, and in how many seconds one more will be."""

    admitted: int
    wait: float


class _Process:
    """What this process has counted, and the limits that it knows of."""

    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    limits: dict[str, Limits] = {}


def count(source: str, outcomes: Mapping[str, int]) -> None:
    """What became of reports of a source: how many were new, known, refused."""
    _Process.counted[source].update(outcomes)


def write_down(open_work: OpenWork) -> None:
    """Everything counted since the last time, and which limits hold now."""
    counted, _Process.counted = _Process.counted, defaultdict(Counter)
    try:
        with open_work() as work:
            sources, now = work.sources(), work.now()
            totals = {name: (sum(c.values()), c["refused"]) for name, c in sorted(counted.items()) if name in sources}
            if totals:
                flows = work.lock_flows(list(totals))
                after = {
                    name: fairness.judge_flow(flows[name], *totals[name], sources[name].settings, now)
                    for name in totals
                }
                work.put_flows(after)
                work.count_hours(
                    [
                        {"source": n, "reports": all_, "refused": bad, "last_at": now}
                        for n, (all_, bad) in totals.items()
                    ]
                )
            throttled = work.throttled()
            work.commit()
    except Exception:
        for name, counter in counted.items():
            _Process.counted[name].update(counter)
        raise
    limits = {name: fairness.limits_of(source.settings, name in throttled) for name, source in sources.items()}
    _Process.limits = {name: limit for name, limit in limits.items() if limit}


def admit(source: str, wanted: int, open_work: OpenWork, lane: str = NORMAL) -> Admission:
    """How many of these reports a source may send now. The bucket is shared by all replicas; each lane has its own, so
    that what is urgent never waits behind a flood of the rest. Sources without limits cost nothing here."""
    limits = _Process.limits.get(source)
    if limits is None:
        return Admission(wanted, 0.0)
    with open_work() as work:
        bucket, now = work.lock_bucket(source, lane, limits.burst)
        bucket, admitted, wait = fairness.take(bucket, limits, now, wanted)
        work.put_bucket(source, lane, bucket)
        work.commit()
    return Admission(admitted, wait)


def forget_old(open_work: OpenWork) -> None:
    """First answers are kept for a day, habits are those of the last weeks."""
    with open_work() as work:
        work.forget_answers()
        work.forget_hours()
        work.commit()
