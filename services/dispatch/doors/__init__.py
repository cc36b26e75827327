"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors.assignment import assign_order, get_pool
from services.dispatch.doors.orders import get_order, get_orders, post_action

__all__ = ["assign_order", "get_order", "get_orders", "get_pool", "post_action"]
