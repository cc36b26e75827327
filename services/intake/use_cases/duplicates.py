"""Which earlier cases new ones may be the same as: asked for a whole batch at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from services.intake.domain import duplicates
from services.intake.domain.case import ENDED
from services.intake.domain.duplicates import Likeness, Matter
from services.intake.domain.opening import NewCase
from services.intake.domain.registration import OTHER
from services.intake.domain.rules import Nearness
from services.intake.domain.understanding import Understanding
from services.intake.store import Work

MOST = 3  # suggestions for a case


class Likely(NamedTuple):
    """An earlier case (a row) that a new one may be the same as."""

    case: dict[str, Any]
    likeness: Likeness


class Merge(NamedTuple):
    """A new case (its row) that a rule makes one with an earlier one; how likely that is, from 0 to 1."""

    case: dict[str, Any]
    into: dict[str, Any]
    rule: str
    score: float


def find_likely(rows: Sequence[dict[str, Any]], nearness: Nearness, work: Work, now: dt.datetime) -> list[list[Likely]]:
    """For each new case row, in order, the most likely first. Cases of the same batch are compared too.

    A case without position or category is like no other: nothing near it is of its kind.
    """
    within = dt.timedelta(days=nearness.within_days)
    asked = [row for row in rows if row["cell"] is not None and row["category"] != OTHER]
    areas = {row["id"]: duplicates.cells_around(row["lon"], row["lat"], nearness.within_m) for row in asked}
    wanted = [
        {name: row[name] for name in ("id", "class_code", "lon", "lat")} | {"cells": areas[row["id"]]} for row in asked
    ]
    stored = work.near_cases(wanted, now - within, MOST)
    batch: dict[tuple[str, int], list[dict[str, Any]]] = {}  # class and cell → the last few of this batch
    found = []
    for row in rows:
        near = list(stored.get(row["id"], ()))
        for cell in areas.get(row["id"], ()):
            near += batch.get((row["class_code"], cell), ())
        found.append(_most_likely(row, near, nearness, within))
        if row["id"] in areas and row["state"] != "rejected":
            last = batch.setdefault((row["class_code"], row["cell"]), [])
            last.append(row)
            del last[:-MOST]
    return found


def _most_likely(
    row: dict[str, Any], near: list[dict[str, Any]], nearness: Nearness, within: dt.timedelta
) -> list[Likely]:
    """Texts are compared for the nearest few only."""
    nearest = sorted(near, key=lambda case: duplicates.distance(row["lon"], row["lat"], case["lon"], case["lat"]))
    own = _matter(row) if nearest else None
    compared = [
        Likely(case, duplicates.compare(own, _matter(case), nearness.within_m, within))
        for case in nearest[:MOST]
        if own
    ]
    likely = [one for one in compared if one.likeness.score and one.likeness.score >= nearness.suggest_from]
    return sorted(likely, key=lambda one: -one.likeness.score)


def _matter(case: dict[str, Any]) -> Matter:
    words = duplicates.pairs_of(f"{case['title']} {case['description']}")
    return Matter(case["lon"], case["lat"], case["reported_at"], case["category"], words)


def suggestions(rows: Sequence[dict[str, Any]], found: Sequence[Sequence[Likely]]) -> list[dict[str, Any]]:
    """What is kept for the desk."""
    return [
        {"case_id": row["id"], "candidate_id": one.case["id"]} | one.likeness._asdict()
        for row, likely in zip(rows, found, strict=True)
        for one in likely
    ]


def find_merges(
    cases: Sequence[tuple[NewCase, dict[str, Any]]], likely: Sequence[Sequence[Likely]], understanding: Understanding
) -> list[Merge]:
    """Cases that a rule makes one with the most likely of those that have not ended. They begin as submitted ones,
    which nobody has taken up yet. What is merged itself is never merged into."""
    found: dict[str, Merge] = {}
    for (new, row), candidates in zip(cases, likely, strict=True):
        alive = next((one for one in candidates if one.case["state"] not in ENDED), None)
        rule = understanding.merges(new.meaning, alive.likeness) if alive and row["state"] != "rejected" else None
        if alive and rule:
            into = found[alive.case["id"]].into if alive.case["id"] in found else alive.case
            row["state"] = "submitted"
            new.meaning.note("merge", into["number"], "rule", rule.name)
            found[row["id"]] = Merge(row, into, rule.name, alive.likeness.score)
    return list(found.values())
