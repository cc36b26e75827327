"""What a source believes, held against what it was told."""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN, BEHIND, SAME, AHEAD = "unknown", "behind", "same", "ahead"


class Difference(NamedTuple):
    """One report: what its source believes (`believed`, the number of a feedback) and what it was told (`told`).

    unknown: no report of this source has this external id; behind: something was told that the source does not know;
    ahead: the source believes more than was ever said, which only a mistake of somebody explains.
    """

    external_id: str
    verdict: str
    believed: int
    told: int
    state: str | None


def compare(external_id: str, believed: int, told: int | None, state: str | None) -> Difference:
    """`told` is None for a report that is not known; `state` is the one that was told last."""
    if told is None:
        return Difference(external_id, UNKNOWN, believed, 0, None)
    verdict = BEHIND if believed < told else SAME if believed == told else AHEAD
    return Difference(external_id, verdict, believed, told, state)
