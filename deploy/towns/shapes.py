"""An irregular outline and its division into villages and grids, without gaps or overlaps."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import shapely
from shapely.geometry import MultiPoint, Point, Polygon

PRECISION = 1e-6  # degrees, about 0.1 m: every corner lies on this raster, so neighbours share theirs exactly
_CORNERS = 48
_ROUNDS = 12  # of moving each seed to the middle of its cell


def irregular_outline(bounds: tuple[float, float, float, float], rng: random.Random) -> Polygon:
    """A township-like polygon that fills `bounds` (west, south, east, north; degrees)."""
    waves = [(n, rng.uniform(0, math.tau), 0.16 / n) for n in range(2, 8)]
    ring = []
    for corner in range(_CORNERS):
        angle = math.tau * corner / _CORNERS
        radius = 1 + sum(size * math.sin(n * angle + phase) for n, phase, size in waves) + rng.uniform(-0.03, 0.03)
        ring.append((radius * math.cos(angle), radius * math.sin(angle)))
    west, south, east, north = bounds
    left, bottom, right, top = Polygon(ring).bounds
    wide, high = (east - west) / (right - left), (north - south) / (top - bottom)
    return Polygon((west + (x - left) * wide, south + (y - bottom) * high) for x, y in ring)


def divide(area: Polygon, parts: int, rng: random.Random) -> list[Polygon]:
    """`parts` cells of about the same size, from the middle of the area outwards (Voronoi, evened out by Lloyd)."""
    seeds = [_point_in(area, rng) for _ in range(parts)]
    for _ in range(_ROUNDS):
        seeds = [
            cell.centroid if area.contains(cell.centroid) else seed
            for seed, cell in zip(seeds, _cells(area, seeds), strict=True)
        ]
    cells = _cells(area, seeds)
    return sorted(cells, key=lambda cell: (round(cell.centroid.distance(area.centroid), 6), cell.bounds))


def _cells(area: Polygon, seeds: Sequence[Point]) -> list[Polygon]:
    """The part of the area that is nearest to each seed, in the order of the seeds."""
    if len(seeds) == 1:
        return [area]
    regions = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=area, ordered=True)
    return [shapely.intersection(region, area) for region in regions.geoms]


def _point_in(area: Polygon, rng: random.Random) -> Point:
    west, south, east, north = area.bounds
    while True:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            return point


def fit_together(outline: Polygon, groups: Sequence[Sequence[Polygon]]) -> list[list[Polygon]]:
    """The same cells on one raster with shared corners, so that neither gap nor overlap is left.

    All borders are cut at all their crossings and put together again; each piece belongs to the cell that covers most
    of it. ValueError when a cell has come apart.
    """
    cells = [(group, cell) for group, members in enumerate(groups) for cell in members]
    borders = shapely.union_all([outline.boundary, *(cell.boundary for _, cell in cells)], grid_size=PRECISION)
    pieces: dict[int, list[Polygon]] = {}
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(borders))):
        pieces.setdefault(max(range(len(cells)), key=lambda at: cells[at][1].intersection(face).area), []).append(face)
    fitted: list[list[Polygon]] = [[] for _ in groups]
    for at, (group, _) in enumerate(cells):
        cell = shapely.coverage_union_all(pieces[at]).normalize()
        if not isinstance(cell, Polygon):
            raise ValueError("a grid lies in several parts: take another seed or a smoother outline")
        fitted[group].append(cell)
    return fitted
