"""The draw of a month: who is asked of those who need not be; and samples that are topped up when their month is over,
so that at least the town's share of each unit and category was asked.

Where a number stands in a draw follows from it and the month's seed. The seed is random, and nobody is told it before
the month is over: who handles a case cannot know whether its reporter will be asked. Afterwards everybody can check it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from services.callback.domain.words import both


class Sample(NamedTuple):
    """One month of one unit and category: how many could have been drawn, and how many were asked."""

    unit: str
    category: str
    eligible: int
    asked: int


Drawn = TypeVar("Drawn")


def lot(number: str, seed: str) -> int:
    """Where a number stands in a draw: 0 to 2⁶⁴ − 1, the beginning of SHA-256 over `seed/number`; the smallest win."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8])


def place(number: str, seed: str) -> int:
    """Where it stands among a hundred, 0 to 99."""
    return lot(number, seed) * 100 >> 64


def missing(sample: Sample, percent: int) -> int:
    """How many are to be asked besides; of a few, one."""
    return max(math.ceil(sample.eligible * percent / 100) - sample.asked, 0)


def draw(left_out: Iterable[tuple[str, Drawn]], wanted: int, seed: str) -> Sequence[Drawn]:
    """The next in the draw: of pairs of a case's number and whatever stands for it."""
    drawn = sorted(left_out, key=lambda one: (lot(one[0], seed), one[0]))
    return [what for _, what in drawn[:wanted]]


def why(sample: Sample, percent: int, month: str) -> str:
    """Why a case is asked about after all."""
    have = f"{sample.asked}/{sample.eligible} < {percent} %"
    of = f"{sample.unit or '–'} {sample.category}"
    return both(f"{month} 月末补抽({of}:{have})", f"the sample of {month} was topped up ({of}: {have})")


def month_before(month: str) -> str:
    """`2026-01` → `2025-12`."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
