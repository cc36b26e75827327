"""The HTTP doors of callback: a request becomes the arguments of a use case or a view, errors become problems."""

from services.callback.doors.follow_ups import get_follow_ups, post_answer, post_attempt, post_demand, post_objection

__all__ = ["get_follow_ups", "post_answer", "post_attempt", "post_demand", "post_objection"]
