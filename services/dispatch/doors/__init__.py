"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors import access
from services.dispatch.doors.orders import get_order, get_orders, post_action

__all__ = ["access", "get_order", "get_orders", "post_action"]
