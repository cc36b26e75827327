"""Callback's read side: one function, one question. Nothing personal is shown."""

from services.callback.views.calls import calls
from services.callback.views.figures import figures_by, marks, reasks, town_month, words
from services.callback.views.follow_ups import explained, follow_ups_in_state
from services.callback.views.gauges import gauges

__all__ = [
    "calls",
    "explained",
    "figures_by",
    "follow_ups_in_state",
    "gauges",
    "marks",
    "reasks",
    "town_month",
    "words",
]
