"""Which account sends: those of one way stand in for each other, by weight."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    """An account of a way. `able`: switched on, not blocked, its provider not known to be down."""

    account_id: str
    weight: int
    able: bool


def choose(candidates: Sequence[Candidate], avoid: Container[str], luck: float) -> str | None:
    """An account by weight: an able one that is not to be avoided; else an able one; else any; None of none.

    `luck` is a random number, at least 0 and below 1. Weight 0 sends only when nobody else can.
    """
    for group in (
        [c for c in candidates if c.able and c.account_id not in avoid and c.weight],
        [c for c in candidates if c.able and c.account_id not in avoid],
        [c for c in candidates if c.able],
        list(candidates),
    ):
        if group:
            return _by_weight(sorted(group), luck)
    return None


def _by_weight(group: Sequence[Candidate], luck: float) -> str:
    left = luck * sum(max(c.weight, 1) for c in group)
    for candidate in group:
        left -= max(candidate.weight, 1)
        if left < 0:
            return candidate.account_id
    return group[-1].account_id
