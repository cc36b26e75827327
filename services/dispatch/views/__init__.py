"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.duty import duty_now, leaves, names, outlook, roster_changes, rosters, shifts
from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import order_by_id, orders

__all__ = [
    "duty_now",
    "gauges",
    "leaves",
    "names",
    "order_by_id",
    "orders",
    "outlook",
    "roster_changes",
    "rosters",
    "shifts",
]
