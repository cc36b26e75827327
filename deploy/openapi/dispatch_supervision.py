"""What the routes of dispatch about supervision do."""

from __future__ import annotations

from deploy.openapi.route import Route
from services.dispatch import messages as dispatch

ROUTES = {
    "GET /dispatch/supervision": Route(
        "What is supervised: for the desk all of it, for leaders that of their area, at most 500 of each",
        {
            200: "`orders`: the open ones with a colour, red before yellow before blue; `letters`, `public_notices` "
            "and `problem_cases`, the newest first, each with the `why`, the case, and the unit and member it is about"
        },
    ),
    "GET /dispatch/points": Route(
        "Points of units by month, the fewest first; leaders see the units of their area",
        {
            200: "`points`: each with `month`, `unit`, the sum (`points`), how many `reasons`, and the newest `rows` "
            "behind it: points, measure, why, number, order_id, member_id, at"
        },
        query={
            "unit": "only this unit",
            "from": "first month, as 2026-11; without it the last one alone",
            "to": "last month; without it the first one alone, or the month that runs",
        },
        problems=(422,),
    ),
    "GET /dispatch/interviews": Route(
        "Interviews, the newest first, at most 500",
        {200: "`interviews`, each with `state`, the member and unit, `why`; when it was held, by whom, and the `note`"},
        query={"state": "proposed, held or dropped"},
        problems=(422,),
    ),
    "POST /dispatch/interviews/<interview_id>/held": Route(
        "A proposed interview was held; nobody records one with themselves",
        {200: "the interview as it is now"},
        dispatch.Held,
        problems=(404, 409, 422),
    ),
    "POST /dispatch/interviews/<interview_id>/drop": Route(
        "A proposed interview is not going to be held",
        {200: "the interview as it is now"},
        dispatch.Dropped,
        problems=(404, 409, 422),
    ),
    "GET /dispatch/audit": Route(
        "Whether anything would be forgotten: open orders without a next step in time, at most 500",
        {200: "when it was last `audited_at`, how many are `without_next_step` now, and these `orders` with `why`"},
    ),
}
