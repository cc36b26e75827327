"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import assignments_of_case, order_by_id, orders
from services.dispatch.views.pool import pool

__all__ = ["assignments_of_case", "gauges", "order_by_id", "orders", "pool"]
