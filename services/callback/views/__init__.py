"""Callback's read side: one function, one question. Nothing personal is shown."""

from services.callback.views.follow_ups import follow_ups_due, follow_ups_in_state
from services.callback.views.gauges import gauges

__all__ = ["follow_ups_due", "follow_ups_in_state", "gauges"]
