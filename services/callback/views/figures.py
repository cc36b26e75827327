"""Figures of follow-ups, words that recur, what is striking, what was asked again."""

from __future__ import annotations

from typing import Any

from services.callback.domain.figures import Figuring, figures, recurring
from services.callback.domain.rules import Rules
from services.callback.store import SQL
from shared.outbox.unit_of_work import UnitOfWork

MOST_TEXTS = 20_000
OFTEN, MOST_WORDS, NEWEST = 5, 20, 2_000  # words on /metrics: in so many of the newest texts, so that they name nobody


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


def seed_of(work: UnitOfWork, month: str) -> str | None:
    """What a month's samples were drawn with; nothing while it runs, so that nobody knows whom they will hit."""
    found = work.one(SQL.seed_of, month=month)
    return str(found[0]) if found and month < town_month(work) else None


def alarming_units(work: UnitOfWork, month: str) -> int:
    """How many units have less content reporters than the town's rules bear."""
    return sum(row["alarm"] for row in figures_by(work, "unit", None, month, month))


def frequent_words(work: UnitOfWork, month: str) -> list[tuple[str, int]]:
    """The words that most recur, each with the number of texts that hold it."""
    texts = [text for (text,) in work.all(SQL.texts, month=month, unit=None, category=None, limit=NEWEST)]
    found = recurring(texts, _figuring(work).stop_words, MOST_WORDS)
    return [(one["word"], one["texts"]) for one in found if one["texts"] >= OFTEN]


def marks(work: UnitOfWork, reason: str | None, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.marks, reason=reason, limit=limit)


def reasks(work: UnitOfWork, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.reasks, limit=limit)


def _figuring(work: UnitOfWork) -> Figuring:
    return Rules.of(work.rules()).figuring
