"""What /metrics shows of callback: the town in the month that runs; by unit and category GET /callback/figures does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.callback.store import SQL
from services.callback.views.figures import alarming_units, figures_by, frequent_words, town_month
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

SHARES = ("response", "resolution", "satisfaction", "reached")
MATTERS = ("asked", "open", "not_counted", "objections")


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Open follow-ups, how long the oldest call has been waiting, and the figures of the month that runs."""
    return [
        ("wangge_follow_ups_open", "Follow-ups that have not ended.", [], [([], work.one(SQL.count_open)[0])]),
        ("wangge_follow_ups_due_age_seconds", "Wait of the oldest due call.", [], [([], work.one(SQL.oldest_due)[0])]),
        *_figures(work),
    ]


def _figures(work: UnitOfWork) -> Iterator[Gauge]:
    month = town_month(work)
    rows = figures_by(work, "town", None, month, month)
    if rows:
        yield from _of_town(rows[0])
    alarms = [(["town"], float(bool(rows) and rows[0]["alarm"])), (["units"], float(alarming_units(work, month)))]
    told = "Whether the satisfaction of the town, and of how many units, is below what its rules bear."
    yield "wangge_follow_up_satisfaction_alarm", told, ["of"], alarms
    words = [([word], texts) for word, texts in frequent_words(work, month)]
    yield "wangge_follow_up_word_texts", "Texts of reporters in the month that hold a word.", ["word"], words


def _of_town(town: dict[str, Any]) -> Iterator[Gauge]:
    """Shares with bounds and denominators, how many matters of what kind, calls made, and how long answers took."""
    told = "Shares of the town's follow-ups in the month that runs; low and high are the bounds (95 %)."
    known = [(name, town[name]) for name in SHARES if town[name]["share"] is not None]
    bounds = [([name, bound], one[bound]) for name, one in known for bound in ("share", "low", "high")]
    yield "wangge_follow_up_share", told, ["figure", "bound"], bounds
    of = [([name], town[name]["of"]) for name in SHARES]
    yield "wangge_follow_up_share_of", "What these are shares of.", ["figure"], of
    matters = [([name], town[name]) for name in MATTERS]
    matters += [([f"not_asked_{why}"], count) for why, count in town["not_asked"].items()]
    yield "wangge_follow_up_matters", "Matters of the month that runs, by what became of asking.", ["what"], matters
    yield "wangge_follow_up_attempts", "Calls that were made about them.", [], [([], town["attempts"])]
    if town["hours_to_answer"] is not None:
        told = "Half of the answers came within so much time after they were due to be asked for."
        yield "wangge_follow_up_answer_seconds", told, [], [([], town["hours_to_answer"] * 3600)]
