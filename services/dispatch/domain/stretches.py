"""Stretches of time and how they are added, taken away and counted. Every list here is in order and without overlap;
those that only touch stay apart, so that two shifts in a row are two shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FOREVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)  # what has no end ends then


class Stretch(NamedTuple):
    """From a moment to a later one, which itself lies outside."""

    start: dt.datetime
    end: dt.datetime

    @classmethod
    def of(cls, moments: Sequence[str]) -> Stretch:
        """From two ISO moments."""
        return cls(*map(dt.datetime.fromisoformat, moments))

    def holds(self, moment: dt.datetime) -> bool:
        return self.start <= moment < self.end

    def meets(self, other: Stretch) -> bool:
        """Whether some time lies in both."""
        return self.start < other.end and other.start < self.end


Stretches = list[Stretch]


def joined(stretches: Iterable[Stretch]) -> Stretches:
    """All the time that lies in any of these; those that overlap become one."""
    result: Stretches = []
    for one in sorted(stretches):
        if one.start >= one.end:
            continue
        if result and one.start < result[-1].end:
            result[-1] = Stretch(result[-1].start, max(result[-1].end, one.end))
        else:
            result.append(one)
    return result


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> Stretches:
    """The time that lies in the first and not in the second."""
    left = joined(stretches)
    for cut in joined(taken):
        left = [
            part
            for one in left
            for part in ([one] if not one.meets(cut) else (Stretch(one.start, cut.start), Stretch(cut.end, one.end)))
            if part.start < part.end
        ]
    return left


def within(stretches: Iterable[Stretch], frame: Iterable[Stretch]) -> Stretches:
    """The time that lies in both."""
    edges = joined(frame)
    return joined(
        Stretch(max(one.start, edge.start), min(one.end, edge.end))
        for one in joined(stretches)
        for edge in edges
        if one.meets(edge)
    )


def length(stretches: Iterable[Stretch]) -> dt.timedelta:
    return sum((one.end - one.start for one in stretches), dt.timedelta())


def levels(covers: Sequence[Stretches], frame: Iterable[Stretch]) -> list[tuple[Stretch, int]]:
    """The frame cut where the number of stretches that cover it changes, each part with that number."""
    edges: dict[dt.datetime, int] = {}
    for cover in covers:
        for one in cover:
            edges[one.start] = edges.get(one.start, 0) + 1
            edges[one.end] = edges.get(one.end, 0) - 1
    result: list[tuple[Stretch, int]] = []
    moments = sorted(edges)
    for whole in joined(frame):
        count = sum(change for moment, change in edges.items() if moment <= whole.start)
        start = whole.start
        for moment in moments:
            if start < moment < whole.end and edges[moment]:
                result.append((Stretch(start, moment), count))
                start = moment
            if whole.start < moment < whole.end:
                count += edges[moment]
        result.append((Stretch(start, whole.end), count))
    return result
