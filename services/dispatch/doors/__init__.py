"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors.orders import get_assists, get_order, get_orders, get_requests, post_action, post_actions

__all__ = ["get_assists", "get_order", "get_orders", "get_requests", "post_action", "post_actions"]
