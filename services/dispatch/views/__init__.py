"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import order_by_id, orders
from services.dispatch.views.registry import areas, members, registry_journal

__all__ = ["areas", "gauges", "members", "order_by_id", "orders", "registry_journal"]
