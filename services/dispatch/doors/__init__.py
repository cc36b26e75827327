"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors.orders import get_order, get_orders, post_action
from services.dispatch.doors.scores import get_adoption, get_score_cases, get_scores

__all__ = ["get_adoption", "get_order", "get_orders", "get_score_cases", "get_scores", "post_action"]
