"""The HTTP doors of callback: a request becomes the arguments of a use case or a view, errors become problems."""

from services.callback.doors.figures import (
    get_figures,
    get_marks,
    get_reasks,
    get_words,
    post_reasks,
    post_second_answer,
)
from services.callback.doors.follow_ups import get_follow_ups, post_answer, post_attempt, post_demand, post_objection

__all__ = [
    "get_figures",
    "get_follow_ups",
    "get_marks",
    "get_reasks",
    "get_words",
    "post_answer",
    "post_attempt",
    "post_demand",
    "post_objection",
    "post_reasks",
    "post_second_answer",
]
