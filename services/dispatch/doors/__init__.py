"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors import duty, leaves
from services.dispatch.doors.orders import get_order, get_orders, post_action

__all__ = ["duty", "get_order", "get_orders", "leaves", "post_action"]
