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
from services.dispatch.views.projects import project_by_id, projects, tasks
from services.dispatch.views.registry import areas, members, registry_journal
from services.dispatch.views.scores import adoption, score_cases, scores, tallies_astray, town_today
from services.dispatch.views.services import (
    matter_of_service_order,
    service,
    service_figures,
    service_orders,
    services,
    slots,
)
from services.dispatch.views.supervision import audit, interviews, points, supervision

__all__ = [
    "access_journal",
    "adoption",
    "areas",
    "areas_around",
    "areas_of_member",
    "assignments_of_case",
    "assists",
    "audit",
    "duty_now",
    "gauges",
    "interviews",
    "leaves",
    "matter_of_order",
    "matter_of_service_order",
    "member_of_leave",
    "members",
    "names",
    "order_by_id",
    "orders",
    "outlook",
    "points",
    "pool",
    "project_by_id",
    "projects",
    "registry_journal",
    "requests",
    "roster_changes",
    "rosters",
    "score_cases",
    "scores",
    "service",
    "service_figures",
    "service_orders",
    "services",
    "sessions",
    "shifts",
    "slots",
    "supervision",
    "tallies_astray",
    "tasks",
    "town_today",
]
