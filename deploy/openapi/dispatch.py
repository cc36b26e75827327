"""What the routes of dispatch do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch
from services.dispatch.adapters.registry import TYPES

ROWS = "`kept`, and of each of the `rows`: `row` (from 1), `key`, `outcome` (new, changed, same), `fields` that changed"
IMPORT = {"dry_run": "true: nothing is kept", "why": "kept with every change"}
CHANGES = "`changes`: `version`, `at`, `who`, `why`, `before` and `after` of the fields that changed"
REDRAWN = "the `grids` there are now, those that they are there `instead_of`, how many open cases have `moved`"

TOKENS = {
    200: "`access_token` (a bearer token), good for `expires_in` seconds; `refresh_token`, for POST /dispatch/refresh; "
    "`session_id`, `member_id`, `role`, `post`, and the `area` at which the rights end, if they do"
}
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
    "POST /dispatch/actions/batch": Route(
        "What the calling member did while offline: at most 200 `actions`, done in the order of their own times (`at`)",
        {200: "`answers`, one for each action in the order given; what could not be done says why"},
        dispatch.Batch,
        problems=(422,),
    ),
    "GET /dispatch/requests": Route(
        "What handlers asked for (suspend, extend), the oldest first; a member sees what it asked or is to decide",
        {200: "`requests`"},
        query={"state": "open, approved, denied or lapsed", "member": "only those that this member asked or decides"},
    ),
    "GET /dispatch/assists": Route(
        "What units assist with, the most urgent first; a member sees its own only",
        {200: "`assists`"},
        query={"state": "asked, done or released", "member": "only those of this member"},
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500: a member's own; for leaders also those of their area, for "
        "departments those of their platform's categories, for the desk all",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order, of those that the list shows, and of those whose handler one is to decide for or assists",
        {
            200: "the order with its `journal`, `requests`, `assists` and `assignments`: each of these with `why`, the "
            "`policy` and the first few members who were `considered`, the chosen one first"
        },
        problems=(404,),
    ),
    "POST /dispatch/orders/<order_id>/assign": Route(
        "Give an open order to a member on duty, whatever the policies say; the same member again changes nothing",
        {200: "`order_id`, `number`, `member_id`, and the new `state` and `version`"},
        dispatch.ByHand,
        problems=(404, 409, 422),
    ),
    "GET /dispatch/pool": Route(
        "Orders that nobody has yet, the soonest end first, at most 500; a member sees what it may claim now",
        {200: "`orders`: each with its `offer`, which says to whom it is made and until when"},
    ),
    "GET /dispatch/scores": Route(
        "Figures and score of everything of a kind, month by month, the best of a month first",
        {
            200: "`scores`: each with `month`, `of`, `score` (out of 100, by `weights`), `alarms` and `figures`: the "
            "`share`, of how many `turns` at orders, with which `outcomes`, and where its `cases` are"
        },
        query={
            "by": "town (default), grid, unit, member, category or source; of an area: grid, unit or member",
            "of": "only this grid, unit …; without it all of them",
            "from": "first month, as 2026-11; without it the last one alone",
            "to": "last month; without it the first one alone, or the month that runs",
        },
        problems=(422,),
    ),
    "GET /dispatch/scores/cases": Route(
        "The cases behind a figure, at most 500 at once",
        {200: "`cases` with `number`, `round`, who had them and the `outcome`; `next` to go on `after`, or null"},
        query={
            "by": "town (default), grid, unit, member, category or source",
            "of": "which grid, unit …; empty: in no grid, of no known source",
            "month": "as 2026-11; without it the month that runs",
            "figure": "response_rate, acknowledged_in_time, closed_in_time, resolution_rate, satisfaction_rate or "
            "rework_share",
            "outcome": "only those that count so, for example late",
            "after": "`next` of the last answer; without it, from the first on",
        },
        problems=(422,),
    ),
    "GET /dispatch/adoption": Route(
        "How many of all members were active on a day, in its week from Monday, and in its month, until that day",
        {
            200: "the `town` (null for whose rights end at an area), its `units`, and its `members` with the last day "
            "of each in that time"
        },
        query={"day": "as 2026-11-25; without it today, by the town's clock"},
        problems=(422,),
    ),
    "POST /dispatch/sign-in": Route("A member signs in", TOKENS, dispatch.SignIn, problems=(401, 422, 429)),
    "POST /dispatch/sign-in/<provider>": Route(
        "A member signs in by a chat platform, at which it has linked its account",
        TOKENS,
        dispatch.SignInWith,
        problems=(401, 404, 422, 429),
    ),
    "POST /dispatch/refresh": Route(
        "The next tokens of a session; a refresh token is good once, and one that comes again later ends the session",
        TOKENS,
        dispatch.Refresh,
        problems=(401, 422),
    ),
    "POST /dispatch/sign-out": Route(
        "The session ends; its access token is good for the rest of its minutes",
        {200: "how many sessions `ended`"},
        dispatch.Refresh,
        problems=(401, 422),
    ),
    "GET /dispatch/keys": Route("What tokens are verified with", {200: "a JSON Web Key Set (RFC 7517)"}),
    "POST /dispatch/accounts/<provider>": Route(
        "The calling member's account on a chat platform, to sign in by it",
        {200: "`member_id` and `provider`"},
        dispatch.Link,
        problems=(401, 404, 422, 429),
    ),
    "POST /dispatch/second-factor": Route(
        "One-time codes for the calling member: without `code` a secret for an authenticator app, with its first "
        "`code` they are asked for from now on",
        {200: "`secret` and `uri`; or `confirmed`"},
        dispatch.SecondFactor,
        problems=(401, 404, 422, 429),
    ),
    "GET /dispatch/sessions": Route(
        "Open sessions of the calling member, or of another one for the desk, at most 500",
        {200: "`sessions`: session_id, member_id, via, device, started_at, used_at, and whether it is `this` one"},
        query={"member": "whose"},
        problems=(404,),
    ),
    "POST /dispatch/sessions/<session_id>/end": Route(
        "A session ends: an own one, or any for the desk", {200: "how many `ended`"}, problems=(404,)
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
        "Leaves that are not over for more than 90 days; a member sees its own, a leader those of the area",
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
    "GET /dispatch/areas": Route(
        "The town's areas, as JSON (without geometries) or as a file that can be handed in again",
        {200: "`areas`"},
        query={"format": "json, csv, xlsx or geojson", "level": "township, village, grid or micro_grid"},
        contents=("application/json", *TYPES.values()),
    ),
    "GET /dispatch/areas/<grid_id>/changes": Route(
        "What was changed of an area, the newest first, at most 200", {200: CHANGES}, problems=(404,)
    ),
    "POST /dispatch/areas/import": Route(
        "A file of areas, at most 16 MiB: what it does not name stays as it is; all of it is kept, or nothing",
        {200: ROWS},
        query=IMPORT,
        problems=(413, 422),
        raw_body="GeoJSON, CSV, XLSX, or a JSON list of objects",
    ),
    "POST /dispatch/areas/<grid_id>/split": Route(
        "One grid becomes several: its members go where the body says, its open work after its place and its handler",
        {200: REDRAWN},
        dispatch.Split,
        problems=(404, 422),
    ),
    "POST /dispatch/areas/merge": Route(
        "Several grids become one, with their members and their open work",
        {200: REDRAWN},
        dispatch.Merging,
        problems=(404, 422),
    ),
    "GET /dispatch/members": Route(
        "Members on the roll; of phone and chat ids only that they are there",
        {200: "`members`"},
        query={"format": "json, csv or xlsx", "area": "only those of this area", "role": "only those of this role"},
        contents=("application/json", TYPES["csv"], TYPES["xlsx"]),
    ),
    "GET /dispatch/members/<member_id>/changes": Route(
        "What was changed of a member, the newest first, at most 200", {200: CHANGES}, problems=(404,)
    ),
    "POST /dispatch/members/import": Route(
        "A file of members, at most 16 MiB: what it does not name stays as it is; all of it is kept, or nothing",
        {200: ROWS},
        query=IMPORT,
        problems=(413, 422),
        raw_body="CSV, XLSX, or a JSON list of objects",
    ),
}
