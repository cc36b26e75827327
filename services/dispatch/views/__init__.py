"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import assists, order_by_id, orders, requests

__all__ = ["assists", "gauges", "order_by_id", "orders", "requests"]
