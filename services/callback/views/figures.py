"""Figures of follow-ups, words that recur, what is striking, what was asked again."""

from __future__ import annotations

from typing import Any

from services.callback.domain.figures import Figuring, figures, is_alarm, rate, recurring
from services.callback.domain.rules import Rules
from services.callback.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

MOST_TEXTS = 20_000


def town_month(work: UnitOfWork) -> str:
    """The month (YYYY-MM) that runs, by the town's clock."""
    return str(work.one(SQL.town_month)[0])


def figures_by(work: UnitOfWork, by: str, of: str | None, since: str, until: str) -> list[dict[str, Any]]:
    """Figures of the town, of each unit or of each category, month by month."""
    figuring = _figuring(work)
    rows = work.dicts(SQL.figures, by=by, of=of, since=since, until=until)
    return [{"month": row["month"], "of": row["of"]} | figures(row, figuring) for row in rows]


def words(work: UnitOfWork, month: str, unit: str | None, category: str | None) -> dict[str, Any]:
    """Words that recur in what reporters said."""
    found = work.all(SQL.texts, month=month, unit=unit, category=category, limit=MOST_TEXTS)
    texts = [text for (text,) in found]
    return {"month": month, "texts": len(texts), "words": recurring(texts, _figuring(work).stop_words)}


def marks(work: UnitOfWork, reason: str | None, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.marks, reason=reason, limit=limit)


def reasks(work: UnitOfWork, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.reasks, limit=limit)


def figure_gauges(work: UnitOfWork) -> list[Gauge]:
    """The town's shares in the month that runs, what they are shares of, and whether units are an alarm."""
    month, figuring = town_month(work), _figuring(work)
    rows = figures_by(work, "town", None, month, month)
    town = [(name, rows[0][name]) for name in ("response", "resolution", "satisfaction", "reached")] if rows else []
    units = work.dicts(SQL.figures, by="unit", of=None, since=month, until=month)
    bad = sum(is_alarm(rate(u["satisfied"] + u["mostly_satisfied"], u["rated"]), figuring) for u in units)
    return [
        (
            "wangge_follow_up_share",
            "Shares of the town's follow-ups in the month that runs.",
            ["figure"],
            [([name], one["share"]) for name, one in town if one["share"] is not None],
        ),
        (
            "wangge_follow_up_share_of",
            "What these are shares of.",
            ["figure"],
            [([name], one["of"]) for name, one in town],
        ),
        (
            "wangge_follow_up_satisfaction_alarm",
            "Whether the satisfaction of the town, and of how many units, is below what its rules bear.",
            ["of"],
            [(["town"], int(bool(rows) and rows[0]["alarm"])), (["units"], bad)],
        ),
    ]


def _figuring(work: UnitOfWork) -> Figuring:
    return Rules.of(work.rules()).figuring
