"""Positions as phones and maps in China give them, turned into WGS84.

GCJ-02 is WGS84 shifted by some hundred metres, everywhere in a box around China; BD-09 (Baidu) shifts GCJ-02 once more.
The shifts are the published formulas, as all open map libraries use them; the way back is found by iteration, so that
it is as exact as the way there.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

Point = tuple[float, float]  # longitude, latitude in degrees
SYSTEMS = ("wgs84", "gcj02", "bd09")

_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: where GCJ-02 differs from WGS84
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323  # of the Krasovsky ellipsoid: metres, squared
_TURNS = 3000 * pi / 180  # of Baidu's ripple, per degree
_ROUNDS = 10  # each brings the inverse closer by a factor of a hundred at least


def to_wgs84(point: Point, system: str) -> Point:
    """A position in one of SYSTEMS as WGS84."""
    if system == "bd09":
        point = _inverse(gcj02_to_bd09, point)
    return point if system == "wgs84" or not _shifted(point) else _inverse(wgs84_to_gcj02, point)


def wgs84_to_gcj02(point: Point) -> Point:
    """Outside of the box, the point itself."""
    if not _shifted(point):
        return point
    lon, lat = point
    x, y = lon - 105.0, lat - 35.0
    ripple = (sin(6 * x * pi) + sin(2 * x * pi)) * 40 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += ripple + (sin(y * pi) + 2 * sin(y / 3 * pi) + 8 * sin(y / 12 * pi) + 16 * sin(y / 30 * pi)) * 40 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += ripple + (sin(x * pi) + 2 * sin(x / 3 * pi) + 7.5 * sin(x / 12 * pi) + 15 * sin(x / 30 * pi)) * 40 / 3
    bend = 1 - _ECCENTRICITY * sin(lat * pi / 180) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / (bend * sqrt(bend))
    parallel = _AXIS / sqrt(bend) * cos(lat * pi / 180)
    return lon + east * 180 / (parallel * pi), lat + north * 180 / (meridian * pi)


def gcj02_to_bd09(point: Point) -> Point:
    lon, lat = point
    far = hypot(lon, lat) + 0.00002 * sin(lat * _TURNS)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _TURNS)
    return far * cos(angle) + 0.0065, far * sin(angle) + 0.006


def _shifted(point: Point) -> bool:
    west, south, east, north = _BOX
    return west <= point[0] <= east and south <= point[1] <= north


def _inverse(shift: Callable[[Point], Point], goal: Point) -> Point:
    """The point that `shift` brings to the goal."""
    lon, lat = goal
    for _ in range(_ROUNDS):
        at = shift((lon, lat))
        lon, lat = lon + goal[0] - at[0], lat + goal[1] - at[1]
    return lon, lat
