"""How well the work is done: what a member's turn at an order counts as, and what many turns come to.

A turn is one assignment of a handler. Whether it was taken on is that handler's own; how the round of the case ends is
counted for whoever had it last. What is not decided yet is not counted, except that being late counts at once: nobody
gets better by never closing. The three rates are those of the complaint hotlines (响应率, 解决率, 满意率).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.order import CLOSED, DISPATCHED, IN_PROGRESS, RESOLVED, VERIFIED

RESPONSE, ACKNOWLEDGED, CLOSING = "response_rate", "acknowledged_in_time", "closed_in_time"
RESOLUTION, SATISFACTION, REWORK = "resolution_rate", "satisfaction_rate", "rework_share"
# figure → its outcomes, and how much each counts where a town says nothing else
FIGURES: dict[str, dict[str, float]] = {
    RESPONSE: {"taken": 1, "missed": 0},
    ACKNOWLEDGED: {"in_time": 1, "late": 0},
    CLOSING: {"in_time": 1, "late": 0},
    RESOLUTION: {"yes": 1, "partly": 0.5, "no": 0},
    SATISFACTION: {"satisfied": 1, "mostly_satisfied": 1, "dissatisfied": 0},
    REWORK: {"asked": 1, "not_asked": 0},
}
LESS_IS_BETTER = (REWORK,)
ESCALATED = "escalated"  # why an assignment ended: it was taken away, because nobody acted
# what a turn counts for, and where that stands
DIMENSIONS = {
    "town": "",
    "grid": "grid_id",
    "unit": "unit",
    "member": "member_id",
    "category": "category",
    "source": "source",
}
TALLY = ("month", "dimension", "value", "figure", "outcome")


@dataclass(frozen=True)
class Turn:
    """One handler's time with an order; `reacted_at` is the first thing that the handler did about it."""

    until: dt.datetime | None
    end_reason: str | None
    ack_due_at: dt.datetime | None
    reacted_at: dt.datetime | None


@dataclass(frozen=True)
class Round:
    """One round of a case, with what the reporter said about it (None: nothing, or not yet)."""

    state: str
    due_at: dt.datetime | None
    resolved_at: dt.datetime | None
    solved: str | None
    satisfaction: str | None
    rework: bool


@dataclass(frozen=True)
class Scoring:
    """A town's own: `weights` of figures in a score, `credit` of outcomes; shares worse than `alarm` are an alarm, as
    soon as there are `alarm_from` turns."""

    weights: Mapping[str, float]
    credit: Mapping[str, Mapping[str, float]]
    alarm: Mapping[str, float]
    alarm_from: int


def outcomes(turn: Turn, round_: Round, last: bool, now: dt.datetime) -> dict[str, str]:
    """What a turn counts as by now, figure → outcome; `last`: no other turn of the round came after it."""
    found = {RESPONSE: _response(turn), ACKNOWLEDGED: _acknowledged(turn, now)}
    if last:
        found |= {CLOSING: _closing(round_, now), REWORK: _rework(round_)}
        found |= {RESOLUTION: _said(round_, RESOLUTION, round_.solved)}
        found |= {SATISFACTION: _said(round_, SATISFACTION, round_.satisfaction)}
    return {figure: outcome for figure, outcome in found.items() if outcome}


def _response(turn: Turn) -> str | None:
    """Taken on, or given back with a reason, however late; missed when it had to be taken away."""
    if turn.reacted_at:
        return "taken"
    return "missed" if turn.end_reason == ESCALATED else None


def _acknowledged(turn: Turn, now: dt.datetime) -> str | None:
    """Late as soon as the limit is over; what ended before that by somebody else's doing is not counted."""
    if turn.ack_due_at is None:
        return None
    if (turn.reacted_at or turn.until or now) > turn.ack_due_at:
        return "late"
    return "in_time" if turn.reacted_at else None


def _closing(round_: Round, now: dt.datetime) -> str | None:
    """By the moment when it was resolved; in time only when the check has passed."""
    if round_.due_at is None or round_.state not in (DISPATCHED, IN_PROGRESS, RESOLVED, VERIFIED, CLOSED):
        return None
    if (round_.resolved_at or now) > round_.due_at:
        return "late"
    return "in_time" if round_.state in (VERIFIED, CLOSED) else None


def _rework(round_: Round) -> str | None:
    if round_.rework:
        return "asked"
    return "not_asked" if round_.state == CLOSED else None


def _said(round_: Round, figure: str, answer: str | None) -> str | None:
    """What the reporter said of work that was done; each round is rated once at most."""
    return answer if answer in FIGURES[figure] and round_.state in (VERIFIED, CLOSED) else None


def difference(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What to add to the tallies when turns count as `after` instead of as `before`: so many `turns` more, or less, in
    the order of their keys."""
    change = Counter(key for turn in after for key in _keys(turn))
    change.subtract(key for turn in before for key in _keys(turn))
    return [dict(zip(TALLY, key, strict=True)) | {"turns": n} for key, n in sorted(change.items()) if n]


def _keys(turn: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Each outcome of a turn, once for everything that it counts for."""
    for dimension, column in DIMENSIONS.items():
        value = turn[column] if column else ""
        for figure, outcome in turn["outcomes"].items():
            yield turn["month"], dimension, value, figure, outcome


def shares(counts: Mapping[str, Mapping[str, int]], scoring: Scoring) -> dict[str, dict[str, Any]]:
    """Figures from how many turns had which outcome. A share lies between 0 and 1; None without a turn."""
    found = {}
    for figure, credit in scoring.credit.items():
        numbers = {outcome: counts.get(figure, {}).get(outcome, 0) for outcome in credit}
        turns = sum(numbers.values())
        worth = sum(credit[outcome] * number for outcome, number in numbers.items())
        found[figure] = {"share": round(worth / turns, 4) if turns else None, "turns": turns, "outcomes": numbers}
    return found


def score(figures: Mapping[str, Mapping[str, Any]], scoring: Scoring) -> float | None:
    """Out of 100: the weighted mean of the figures. One that nothing is known of is left out with its weight; None when
    that leaves nothing."""
    known = {name: weight for name, weight in scoring.weights.items() if figures[name]["share"] is not None}
    if not (whole := sum(known.values())):
        return None
    reached = sum(weight * _goodness(name, figures[name]["share"]) for name, weight in known.items())
    return round(100 * reached / whole, 2)


def alarms(figures: Mapping[str, Mapping[str, Any]], scoring: Scoring) -> list[str]:
    """The figures that are worse than the town will bear, and not by a few turns only."""
    return [
        name
        for name, bearable in scoring.alarm.items()
        if figures[name]["turns"] >= scoring.alarm_from
        and _goodness(name, figures[name]["share"]) < _goodness(name, bearable)
    ]


def _goodness(figure: str, share: float) -> float:
    return 1 - share if figure in LESS_IS_BETTER else share
