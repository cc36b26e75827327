"""The HTTP doors of dispatch: a request becomes the arguments of a use case or a view, errors become problems."""

from services.dispatch.doors.orders import get_order, get_orders, post_action
from services.dispatch.doors.registry import (
    get_areas,
    get_changes,
    get_members,
    merge_grids,
    post_file,
    split_grid,
)

__all__ = [
    "get_areas",
    "get_changes",
    "get_members",
    "get_order",
    "get_orders",
    "merge_grids",
    "post_action",
    "post_file",
    "split_grid",
]
