"""Samples are topped up when their month is over: at least the town's share of each unit and category was asked."""

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


def missing(sample: Sample, percent: int) -> int:
    """How many are to be asked besides; of a few, one."""
    return max(math.ceil(sample.eligible * percent / 100) - sample.asked, 0)


def draw(left_out: Iterable[tuple[str, Drawn]], wanted: int) -> Sequence[Drawn]:
    """The next in the draw (number of the case, whatever stands for it): the order is that of `sample_place`, finer; it
    can be checked by anybody, and nobody can choose it."""
    drawn = sorted(left_out, key=lambda one: hashlib.sha256(one[0].encode()).digest())
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
