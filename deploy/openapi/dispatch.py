"""What the routes of dispatch do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch

SHIFTS = {
    "from": "what lies after this moment (now)",
    "until": "and before this one (28 days later; at most a year)",
    "roster": "only those of this roster",
    "member": "only those of this member",
}
CHANGED = {200: "how many `changes` were made, and the id that they have in common (`together`)"}

ROUTES = {
    "POST /dispatch/actions": Route(
        "An action of the calling member; a `command_id` that is sent again gets its first answer again",
        {200: "as in dispatch.action_answered.v1: `accepted`, or the `reason` why not, and the state of the order"},
        dispatch.Action,
        problems=(422,),
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500; a member sees its own only",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order; a member sees those it handles or checks",
        {200: "the order with its `journal` and its `assignments`"},
        problems=(404,),
    ),
    "GET /dispatch/duty": Route(
        "Who is on duty at this moment",
        {
            200: "`on_roster`: the shifts of this moment, and whether their members are `on_leave`; `off_duty`: "
            "members who get no work now, `why` (leave, no_shift), until when, and who stands in. Everybody else is "
            "on duty"
        },
    ),
    "GET /dispatch/duty/shifts": Route(
        "Shifts in order, at most 2,000",
        {200: "`shifts`"},
        query=SHIFTS,
        problems=(422,),
    ),
    "GET /dispatch/duty/shifts.ics": Route(
        "The same shifts as iCalendar, for calendar programs",
        {200: "an event for each; the same shift always has the same UID"},
        query=SHIFTS,
        problems=(422,),
        raw_answer=True,
    ),
    "POST /dispatch/duty/rosters/<roster_id>/shifts": Route(
        "A plan for a roster; from its first moment to its last it replaces the rotation, or is refused whole",
        {
            200: "`rows`: what became of each (added, kept, past); `left_out`: who is not on the roster any more, and "
            "when; how many `changes`"
        },
        query={"dry_run": "true: say what would become of it, and keep nothing"},
        problems=(409, 422),
        raw_body="a table (CSV or XLSX with member, date, from, to; 人员, 日期, 开始, 结束) or iCalendar (SUMMARY is "
        "the member's id or name), at most 1 MiB and 5,000 shifts",
    ),
    "GET /dispatch/duty/gaps": Route(
        "What will be missing, before it is: rosters with too few, grids and desk with nobody; and who has too much",
        {
            200: "`gaps`: kind (roster, grid, desk), what, from when to when, how many it `needs` and `has`; `shares`: "
            "the hours of each roster by member with the mean, from 30 days ago to 60 days ahead, and who is `unfair`"
        },
        query={"days": "gaps that begin within so many days, 1 to 60 (28)"},
        problems=(422,),
    ),
    "GET /dispatch/duty/rosters": Route("Every roster", {200: "`rosters`, as they were set"}),
    "PUT /dispatch/duty/rosters/<roster_id>": Route(
        "Set a roster; it takes effect at once. One ends by its `last_day`",
        {200: "the `roster` as it was read, and whether it has `changed`"},
        dispatch.RosterBody,
        problems=(409, 422),
    ),
    "GET /dispatch/duty/rosters/<roster_id>/changes": Route(
        "What overrides, swaps and imported plans have changed in a roster, the newest first",
        {200: "`changes`: who steps in (`is_on`) or is left out, from when to when, why, by whom"},
    ),
    "POST /dispatch/duty/overrides": Route(
        "For a stretch of a roster somebody is left out, somebody steps in, or both",
        CHANGED,
        dispatch.Overriding,
        problems=(409, 422),
    ),
    "POST /dispatch/duty/swaps": Route(
        "Two members of a roster take each other's shifts", CHANGED, dispatch.Swapping, problems=(409, 422)
    ),
    "GET /dispatch/leaves": Route(
        "Leaves that are not over for more than 90 days; a member sees its own",
        {200: "`leaves`, each with its `state`: asked, granted, refused, cancelled"},
        query={"state": STATE, "member": "only those of this member"},
    ),
    "POST /dispatch/leaves": Route(
        "Ask for leave; the desk or a leader who enters it for another grants it with that",
        {201: "the leave in its `state`"},
        dispatch.Asking,
        problems=(409, 422),
    ),
    "POST /dispatch/leaves/<leave_id>/decide": Route(
        "Grant a leave, or refuse it with the reason; nobody decides about their own",
        {200: "the leave in its new `state`"},
        dispatch.Deciding,
        problems=(404, 409, 422),
    ),
    "POST /dispatch/leaves/<leave_id>/cancel": Route(
        "Take a leave back; one that has begun ends now. A member cancels its own",
        {200: "the leave as it is now"},
        dispatch.Cancelling,
        problems=(404, 409, 422),
    ),
}
