"""Is the reporter of a case asked whether it is solved, and from when on? Always with the reason.

Practice of Chinese cities: all complaints and reports, all urgent matters, all that leaders ask about, and a sample of
the rest; on the next working day after the check. Which, and how many, is the town's rule set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.callback.domain.calendar import Calendar
from services.callback.domain.rules import AT_ONCE, Rules
from services.callback.domain.sampling import place
from services.callback.domain.words import both

# by which rule it was decided whether the reporter is asked
NOBODY, UNREACHABLE, MUST, SAMPLED, LEFT_OUT = "nobody", "unreachable", "must", "sampled", "left_out"
WITHDRAWN, TOPPED_UP = "withdrawn", "topped_up"


@dataclass(frozen=True)
class Case:
    """What the rule needs to know of a case. `reporters`: the numbers under which those who can be asked know it, the
    first who reported it first; `ordered`: it orders an item of the town's service list."""

    number: str
    kind: str
    level: str
    source: str
    asks_reporter: bool
    reported_by: str | None
    reporters: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Decision:
    """Whether the reporter is asked, by which rule, and why (not)."""

    asked: bool
    basis: str
    why: str


def reporters_of(case: Mapping[str, Any], merged: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Who can be asked about one matter: the reporter of the case, then those of the cases merged into it."""
    own = case["asks_reporter"] and not case["reported_by"] and not case["anonymous"]
    return ((case["number"],) if own else ()) + tuple(row["number"] for row in merged if row["reachable"])


def decide(case: Case, rules: Rules, seed: str) -> Decision:
    """Who cannot be asked is waived first; then level, kind, source and the draw with this seed say who is asked."""
    if not case.reporters:
        if case.reported_by or not case.asks_reporter:
            why = both("巡查或设备上报,无须回访", "found by a member or a machine: nobody to ask")
            return Decision(False, NOBODY, why)
        why = both("匿名或无联系方式", "anonymous, or no way to reach the reporter")
        return Decision(False, UNREACHABLE, why)
    if case.ordered and rules.services:
        return Decision(True, MUST, both("服务事项须由居民确认", "whoever orders a service confirms it"))
    if case.level in rules.levels:
        return Decision(True, MUST, both(f"{case.level} 级必访", f"every {case.level} is asked"))
    if case.kind in rules.kinds:
        return Decision(True, MUST, both(f"此类诉求({case.kind})必访", f"every {case.kind} is asked"))
    if case.source in rules.sources:
        return Decision(True, MUST, both(f"此来源({case.source})必访", f"all from {case.source} is asked"))
    stands = place(case.number, seed)
    sample = f"{stands}/100, {rules.sample_percent} %"
    if stands < rules.sample_percent:
        return Decision(True, SAMPLED, both(f"抽样回访({sample})", f"in the sample ({sample})"))
    return Decision(False, LEFT_OUT, both(f"未抽中({sample})", f"not in the sample ({sample})"))


def due(rules: Rules, calendar: Calendar, now: dt.datetime) -> dt.datetime:
    """From when on the reporter is asked, if the work was verified at `now`."""
    return now if rules.when == AT_ONCE else calendar.next_working_day(now)
