"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import order_by_id, orders

__all__ = ["gauges", "order_by_id", "orders"]
