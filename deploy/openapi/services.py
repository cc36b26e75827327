"""What the routes of dispatch about service orders do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch

ROUTES = {
    "GET /dispatch/services": Route(
        "What residents can order, in the order of the town's list",
        {200: "`services`, each as the list has it: names, `lane` (green: a green channel), `materials`, `places` …"},
    ),
    "GET /dispatch/services/<code>": Route(
        "One service: what must be brought (`materials`: original or copy, how many, and when only then), where, who "
        "runs it, how long it may take, and how often the resident should have to come (`visits`)",
        {200: "the service"},
        problems=(404,),
    ),
    "GET /dispatch/services/<code>/slots": Route(
        "When a service can be had, in order, as far ahead as it is booked",
        {
            200: "`slots`: `place`, `starts_at`, `ends_at`, `capacity`, and the seats that are left: `free`, and "
            "`free_green` for green channels"
        },
        query={
            "from": "slots that begin at this moment or later (now)",
            "to": "and before this one",
            "place": "only those at this place",
        },
        problems=(404, 409, 422),
    ),
    "GET /dispatch/service-orders": Route(
        "Service orders of the latest round, green channels first, then the soonest, at most 500: for a source what it "
        "has ordered, for all others as far as they see work orders",
        {200: "`orders`: with `item`, `lane`, the appointment, `visits` as counted, and what the resident has said"},
        query={"state": STATE, "item": "only those of this service"},
    ),
    "POST /dispatch/service-orders/<order>/appointment": Route(
        "An appointment is booked, moved or cancelled, by whoever has the order, its source, leader or desk; `order` "
        "is the id of the work order, or the number of its case. The same once more changes nothing",
        {
            200: "the order with its `appointment`, or null; `member_id`: who runs it now, because whoever has another "
            "appointment then hands it to the next free runner"
        },
        dispatch.Appointment,
        problems=(404, 409, 422),
    ),
    "POST /dispatch/service-orders/<order>/visit": Route(
        "The resident had to come: counted by whoever has the order or by the desk, with the reason",
        {200: "how many `visits` were counted by now"},
        dispatch.Visit,
        problems=(404, 409, 422),
    ),
    "GET /dispatch/service-figures": Route(
        "How service orders went, by month (in which they were ordered) and service",
        {
            200: "`items`, and all of them together (`total`): how many were `ordered`, `green`, `done`; of those done "
            "the shares with `at_most_once` one visit and `on_time`; how many residents `confirmed`, and as `solved`"
        },
        query={
            "from": "first month, as 2026-11; without it the last one alone",
            "to": "last month; without it the first one alone, or the month that runs",
        },
        problems=(422,),
    ),
}
