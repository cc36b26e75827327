"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors import access, duty, leaves, projects, services, supervision
from services.dispatch.doors.assignment import assign_order, get_pool
from services.dispatch.doors.orders import get_assists, get_order, get_orders, get_requests, post_action, post_actions
from services.dispatch.doors.registry import get_areas, get_changes, get_members, merge_grids, post_file, split_grid
from services.dispatch.doors.scores import get_adoption, get_score_cases, get_scores

__all__ = [
    "access",
    "assign_order",
    "duty",
    "get_adoption",
    "get_areas",
    "get_assists",
    "get_changes",
    "get_members",
    "get_order",
    "get_orders",
    "get_pool",
    "get_requests",
    "get_score_cases",
    "get_scores",
    "leaves",
    "merge_grids",
    "post_action",
    "post_actions",
    "post_file",
    "projects",
    "services",
    "split_grid",
    "supervision",
]
