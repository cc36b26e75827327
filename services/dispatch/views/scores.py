"""Scores and adoption, each figure with how many turns it comes from; nothing personal but the members' own names."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from services.dispatch.domain.access import EVERYTHING, Scope
from services.dispatch.domain.score_rules import read_scoring
from services.dispatch.domain.scoring import Scoring, alarms, score, shares
from services.dispatch.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

PERIODS = ("today", "week", "month")


def town_today(work: UnitOfWork) -> tuple[dt.date, str]:
    """The day and the month (YYYY-MM) by the town's clock."""
    day, month = work.one(SQL.town_today)
    return day, month


def scores(
    work: UnitOfWork, dimension: str, value: str | None, since: str, until: str, reach: Scope = EVERYTHING
) -> dict[str, Any]:
    """Figures and score of everything of a dimension, or of one of it, in these months; the best of a month first."""
    scoring = _scoring(work)
    rows = work.all(SQL.tallies, dimension=dimension, value=value, since=since, until=until, area=reach.area)
    counts: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    names: dict[str, str | None] = {}
    for month, of, name, figure, outcome, turns in rows:
        counts[month, of][figure][outcome] = turns
        names[of] = name
    found = [_row(month, of, names[of], count, scoring) for (month, of), count in counts.items()]
    found.sort(key=lambda row: (row["month"], -1 if row["score"] is None else row["score"], row["of"]), reverse=True)
    return {"by": dimension, "from": since, "to": until, "weights": dict(scoring.weights), "scores": found}


def score_cases(
    work: UnitOfWork, dimension: str, value: str, month: str, figure: str, outcome: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """The cases behind a figure, page by page: `after` is the last `assignment_id` of the page before."""
    about = {"dimension": dimension, "value": value, "month": month, "figure": figure, "outcome": outcome}
    return work.dicts(SQL.score_cases, **about, after=after, limit=limit)


def tallies_astray(work: UnitOfWork) -> list[dict[str, Any]]:
    """Tallies that are not what the turns say; none, unless something is broken."""
    return work.dicts(SQL.tallies_astray)


def adoption(work: UnitOfWork, day: dt.date, reach: Scope = EVERYTHING) -> dict[str, Any]:
    """How many of all members were active on a day, in its week (from Monday) and its month until then; who was not.
    Of an area its own members alone, and then nothing of the town."""
    members = work.dicts(SQL.adoption, day=day, area=reach.area)
    units: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for member in members:
        units[member["unit"]].append(member)
    return {
        "day": day,
        "town": _share(members) if reach.everything else None,
        "units": [{"unit": unit} | _share(those) for unit, those in sorted(units.items())],
        "members": members,
    }


def score_gauges(work: UnitOfWork) -> list[Gauge]:
    """The town's figures in the month that runs, with those of its sources; how far counting is behind; adoption."""
    scoring, (day, month) = _scoring(work), town_today(work)
    rows = [(by, row) for by in ("town", "source") for row in scores(work, by, None, month, month)["scores"]]
    town = next((row for by, row in rows if by == "town"), _row(month, "", None, {}, scoring))
    used = adoption(work, day)["town"]
    shown = [(by, row["of"], f, row["figures"][f]) for by, row in rows for f in row["figures"]]
    return [
        (
            "wangge_score_share",
            "Share that a figure comes to in the month that runs, of the town and of each source.",
            ["by", "of", "figure"],
            [([by, of, figure], found["share"]) for by, of, figure, found in shown if found["turns"]],
        ),
        (
            "wangge_score_turns",
            "Turns at orders that a figure comes from.",
            ["by", "of", "figure"],
            [([by, of, figure], found["turns"]) for by, of, figure, found in shown if found["turns"]],
        ),
        (
            "wangge_score_alarm",
            "Whether a figure of the town is worse than its rules bear.",
            ["figure"],
            [([figure], int(figure in town["alarms"])) for figure in scoring.alarm],
        ),
        (
            "wangge_scores_behind_seconds",
            "Age of the oldest change of an order that is not in the scores yet.",
            [],
            [([], work.one(SQL.scores_behind)[0])],
        ),
        (
            "wangge_members_active",
            "Members who did something today, this week (from Monday), this month.",
            ["period"],
            [([period], used[period]["active"]) for period in PERIODS],
        ),
        ("wangge_members", "Members on the roll.", [], [([], used["members"])]),
    ]


def _scoring(work: UnitOfWork) -> Scoring:
    return read_scoring(work.rules().get("scores"))[0]


def _row(month: str, of: str, name: str | None, counts: Any, scoring: Scoring) -> dict[str, Any]:
    figures = shares(counts, scoring)
    row = {"month": month, "of": of, "name": name, "score": score(figures, scoring)}
    return row | {"alarms": alarms(figures, scoring), "figures": figures}


def _share(members: Iterable[dict[str, Any]]) -> dict[str, Any]:
    those = list(members)
    active = {period: sum(member[period] for member in those) for period in PERIODS}
    return {"members": len(those)} | {
        period: {"active": number, "share": round(number / len(those), 4) if those else None}
        for period, number in active.items()
    }
