"""What became of every report that was tried, in the words of a set test (as Jepsen sorts the elements of a set)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.chaos.checker.evidence import Evidence, Key


@dataclass(frozen=True)
class Sorted:
    """kept: confirmed and there. recovered: never confirmed, yet there, which is allowed. The other three are not:
    lost: confirmed and not there; unexpected: there and never tried; doubled: there more than once."""

    kept: set[Key]
    recovered: set[Key]
    lost: set[Key]
    unexpected: set[Key]
    doubled: set[Key]

    def __str__(self) -> str:
        return ", ".join(f"{len(found)} {name}" for name, found in vars(self).items())


def sort(evidence: Evidence) -> Sorted:
    """Each report in one class, the doubled ones in a second one."""
    times = Counter((source, external_id) for source, external_id, _ in evidence.reports)
    cases = Counter((source, external_id) for _, source, external_id, _ in evidence.cases)
    there = set(times) | set(cases) | (evidence.poison & evidence.refused)
    return Sorted(
        kept=evidence.confirmed & there,
        recovered=(evidence.sent - evidence.confirmed) & there,
        lost=evidence.confirmed - there,
        unexpected=there - evidence.sent,
        doubled={key for counted in (times, cases) for key, n in counted.items() if n > 1},
    )
