"""Which earlier cases may be the same matter: near in place and time, of the same class, in similar words.

Two cases are compared, never a case with all others: the map is cut into cells, and only cells that a circle around the
case touches are looked into.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, radians, sqrt
from typing import NamedTuple

from services.intake.domain.words import plain

CELL = 0.005  # degrees of latitude, some 550 m: a circle of 250 m touches at most four cells
_ROW = 1_000_000  # more than there are cells around the earth
_DEGREE = 111_320.0  # metres of latitude
_COMPARED = 80  # characters of a text


@dataclass(frozen=True)
class Matter:
    """A case, as far as it is compared. The position is WGS84."""

    lon: float
    lat: float
    at: dt.datetime
    category: str
    words: frozenset[str]  # pairs_of its text


class Likeness(NamedTuple):
    """How likely two cases are one, from 0 to 1, and what that goes by. `words` from 0 to 1."""

    score: float
    metres: float
    minutes: float
    same_category: bool
    words: float


def compare(one: Matter, other: Matter, within_m: float, within: dt.timedelta) -> Likeness:
    """Place counts 40 per cent, time and category 15 each, words 30; too far apart in place or time is 0."""
    metres = distance(one.lon, one.lat, other.lon, other.lat)
    apart = abs(one.at - other.at)
    same, words = one.category == other.category, overlap(one.words, other.words)
    if metres > within_m or apart > within:
        score = 0.0
    else:
        score = 0.40 * (1 - metres / within_m) + 0.15 * (1 - apart / within) + 0.15 * same + 0.30 * words
    return Likeness(round(score, 3), round(metres, 1), round(apart.total_seconds() / 60, 1), same, round(words, 3))


def distance(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two near points."""
    east = (lon1 - lon2) * cos(radians((lat1 + lat2) / 2))
    return _DEGREE * sqrt(east * east + (lat1 - lat2) ** 2)


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters in the beginning of a text: Chinese has no blanks between words."""
    text = plain(text[:_COMPARED])
    return frozenset(map("".join, pairwise(text)))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of pairs that two texts have in common (Dice), from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def cell_of(lon: float, lat: float) -> int:
    """The cell of a position: rows from the south pole, columns from 180° W, about as wide as high."""
    row = floor((lat + 90) / CELL)
    return row * _ROW + _column(row, lon)


def cells_around(lon: float, lat: float, metres: float) -> list[int]:
    """The cells that a circle touches."""
    high = metres / _DEGREE
    wide = high / max(cos(radians(min(abs(lat) + high, 89.9))), 0.001)
    rows = range(floor((lat - high + 90) / CELL), floor((lat + high + 90) / CELL) + 1)
    return [
        row * _ROW + column for row in rows for column in range(_column(row, lon - wide), _column(row, lon + wide) + 1)
    ]


def _column(row: int, lon: float) -> int:
    return floor((lon + 180) * cos(radians((row + 0.5) * CELL - 90)) / CELL)
