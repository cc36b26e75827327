"""Callback's read side: one function, one question. Nothing personal is shown."""

from services.callback.views.calls import calls
from services.callback.views.figures import figures_by, marks, reasks, seed_of, town_month, words
from services.callback.views.follow_ups import STATES, TO_LOOK_AT, explained, follow_ups
from services.callback.views.gauges import gauges

__all__ = [
    "STATES",
    "TO_LOOK_AT",
    "calls",
    "explained",
    "figures_by",
    "follow_ups",
    "gauges",
    "marks",
    "reasks",
    "seed_of",
    "town_month",
    "words",
]
