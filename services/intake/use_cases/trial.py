"""A rule set on trial: what it would have made of the reports of the last days. Nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from services.intake.domain.conditions import Problem
from services.intake.domain.duplicates import Likeness
from services.intake.domain.places import Located
from services.intake.domain.rules import read_rules
from services.intake.domain.understanding import Told, Understanding
from services.intake.store import OpenWork, Work

COMPARED = ("category", "kind", "level", "acceptance", "hint", "merge")


def check_rules(section: dict[str, Any], work: Work) -> list[Problem]:
    """What is wrong in a section `intake` for this town's catalogue; empty when it can come into force."""
    return read_rules(section, work.reference().catalogue)[1]


def try_rules(section: dict[str, Any], days: float, open_work: OpenWork) -> dict[str, Any]:
    """The differences between a rule set and the one in force, on the cases registered in the last days.

    `cases` counts those that were looked at, `changes` what becomes of what, `differences` has a row for each case and
    thing that would be different, with the reasons before and after. The section must be one without problems.
    """
    with open_work() as work:
        reference, now = work.reference(), work.now()
        trial = Understanding(reference.catalogue, read_rules(section)[0])
        looked_at = 0
        differences: list[dict[str, Any]] = []
        for case in work.cases_to_try(now - dt.timedelta(days=days)):
            looked_at += 1
            source = reference.sources.get(case["source"])
            differences += _differences(case, reference.understanding, trial, bool(source and source.auto_accept), now)
    changes = Counter(f"{row['what']}: {row['before']} → {row['after']}" for row in differences)
    return {"cases": looked_at, "changes": dict(changes.most_common()), "differences": differences}


def _differences(
    case: dict[str, Any], in_force: Understanding, trial: Understanding, auto_accept: bool, now: dt.datetime
) -> Iterator[dict[str, Any]]:
    before, after = (_outcome(case, understanding, auto_accept, now) for understanding in (in_force, trial))
    for what in COMPARED:
        (old, why_old), (new, why_new) = before.get(what, ("", "")), after.get(what, ("", ""))
        if old != new:
            row = {"number": case["number"], "source": case["source"], "title": case["title"], "what": what}
            yield row | {"before": old, "after": new, "why_before": why_old, "why_after": why_new}


def _outcome(
    case: dict[str, Any], understanding: Understanding, auto_accept: bool, now: dt.datetime
) -> dict[str, tuple[str, str]]:
    """What → value, and by what."""
    told, located = _told(case, now), _located(case)
    meaning = understanding.of(told, located, auto_accept)
    if case["score"] is not None:
        likeness = Likeness(*(case[name] for name in Likeness._fields))
        if rule := understanding.merges(meaning, likeness):
            meaning.note("merge", "true", "rule", rule.name)
    return {what: (value, f"{by} {detail}".strip()) for what, value, by, detail in meaning.steps}


def _told(case: dict[str, Any], now: dt.datetime) -> Told:
    """What the report said, from what was noted when it was registered."""
    own = {what: value for what, value, by, _ in reversed(case["understood"]) if by == "report"}
    return Told(
        case["source"],
        own.get("category", ""),
        own.get("kind"),
        own.get("level"),
        f"{case['title']}\n{case['description']}",
        case["reported_at"].astimezone(now.tzinfo),
        case["anonymous"],
        case["media"],
        case["member"],
        case["settled"],
    )


def _located(case: dict[str, Any]) -> Located:
    place = next((step for step in case["understood"] if step[0] == "place"), ("place", "", "nothing", ""))
    by = "" if place[2] == "nothing" else place[2]
    return Located(place[1] if case["desk_reason"] is None else None, case["desk_reason"], by=by, detail=place[3])
