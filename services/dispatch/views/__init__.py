"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.access import access_journal, sessions
from services.dispatch.views.duty import (
    duty_now,
    leaves,
    member_of_leave,
    names,
    outlook,
    roster_changes,
    rosters,
    shifts,
)
from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import (
    areas_around,
    areas_of_member,
    assignments_of_case,
    assists,
    matter_of_order,
    order_by_id,
    orders,
    requests,
)
from services.dispatch.views.pool import pool
from services.dispatch.views.registry import areas, members, registry_journal
from services.dispatch.views.scores import adoption, score_cases, scores, tallies_astray, town_today

__all__ = [
    "access_journal",
    "adoption",
    "areas",
    "areas_around",
    "areas_of_member",
    "assignments_of_case",
    "assists",
    "duty_now",
    "gauges",
    "leaves",
    "matter_of_order",
    "member_of_leave",
    "members",
    "names",
    "order_by_id",
    "orders",
    "outlook",
    "pool",
    "registry_journal",
    "requests",
    "roster_changes",
    "rosters",
    "score_cases",
    "scores",
    "sessions",
    "shifts",
    "tallies_astray",
    "town_today",
]
