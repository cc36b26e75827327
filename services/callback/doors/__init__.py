"""The HTTP doors of callback: a request becomes the arguments of a use case or a view, errors become problems."""

from services.callback.doors import answer_page
from services.callback.doors.calls import answered, get_calls, give_back, give_links, not_reached, take_calls
from services.callback.doors.figures import (
    get_figures,
    get_marks,
    get_reasks,
    get_words,
    post_reasks,
    post_second_answer,
)
from services.callback.doors.follow_ups import get_follow_ups, post_demand, post_objection

__all__ = [
    "answer_page",
    "answered",
    "get_calls",
    "get_figures",
    "get_follow_ups",
    "get_marks",
    "get_reasks",
    "get_words",
    "give_back",
    "give_links",
    "not_reached",
    "post_demand",
    "post_objection",
    "post_reasks",
    "post_second_answer",
    "take_calls",
]
