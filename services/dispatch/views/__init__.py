"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.access import access_journal, sessions
from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import matter_of_order, order_by_id, orders

__all__ = ["access_journal", "gauges", "matter_of_order", "order_by_id", "orders", "sessions"]
