"""What the routes of callback do."""

from __future__ import annotations

from deploy.openapi.route import Route
from services.callback import messages as callback

HTML = ("text/html",)
ROUTES = {
    "GET /callback/follow-ups": Route(
        "Follow-ups, at most 500, the newest first",
        {200: "`follow_ups`, each with why it is (not) asked and with its `answers`, without anything personal"},
        query={
            "state": "open, answered, waived, expired, or to_look_at (somebody is dissatisfied, and the desk may say "
            "something of the demand, perhaps as the second: `demand`, `proposed_by`); all, if left out",
            "number": "of the case",
        },
        problems=(422,),
    ),
    "POST /callback/follow-ups/<follow_up_id>/links": Route(
        "The links on which its reporters answer, for the desk to send by hand; noted",
        {200: "`links`: each with its `report`, `url` and `cards` for DingTalk and WeCom; `closes_at`"},
        problems=(404, 409),
    ),
    "GET /callback/calls": Route(
        "Open follow-ups for call-takers, at most 500: the urgent ones first, then the oldest",
        {200: "`calls`, without anything personal; `counts` of every list; `opens_at`, where no calls are made now"},
        query={"state": "due (without it), taken, later, linked (a link was said), open (all)"},
        problems=(422,),
    ),
    "POST /callback/calls/take": Route(
        "Have so many calls in hand: those that one has already, then the next; nobody else has them meanwhile",
        {200: "`calls`, each with `call_id`, `taken_until` and the `questions`; `opens_at`, where none are made now"},
        callback.Take,
        problems=(422,),
    ),
    "POST /callback/calls/<call_id>/answered": Route(
        "What the reporter has said; the same answer again is taken once",
        {
            200: "`number`, `round`, `state` of the follow-up, when it is or was judged (`judged_at`), and whether "
            "the case is handled again (`rework`)"
        },
        callback.Answer,
        problems=(404, 409, 422),
    ),
    "POST /callback/calls/<call_id>/not-reached": Route(
        "A call that has brought no answer; said again, it counts once",
        {200: "`attempts` so far, `attempts_left`, and when the next is due (`call_at`)"},
        callback.NotReached,
        problems=(404, 409, 422),
    ),
    "POST /callback/calls/<call_id>/give-back": Route(
        "The call was not made: somebody else may make it",
        {200: "`number`, `round`, `attempts`"},
        problems=(404, 409),
    ),
    "GET /callback/a/<secret>": Route(
        "The page on which a reporter answers; every error is a page, too",
        {200: "the page", 410: "a page: it is over"},
        query={"lang": "zh or en; without it, what the browser prefers", "via": "dingtalk, wecom: where it was opened"},
        problems=(429,),
        contents=HTML,
    ),
    "POST /callback/a/<secret>": Route(
        "The form of that page; a town's own questions are fields of it, too",
        {303: "taken: back to the page", 410: "a page: it is over", 422: "the page, and what is to be put right"},
        callback.AnswerForm,
        problems=(403, 413, 429),
        contents=HTML,
        body_contents=("application/x-www-form-urlencoded",),
    ),
    "GET /callback/web/<file>": Route(
        "The style sheet and the script of the page",
        {200: "answer.css or answer.js"},
        raw_answer=True,
        problems=(404,),
    ),
    "POST /callback/follow-ups/<follow_up_id>/demand": Route(
        "Whether the demand of somebody dissatisfied is reasonable: unreasonable only if two of the desk say so",
        {200: "`number`, `round`, `state` of the follow-up, `demand` (proposed, reasonable, unreasonable), `rework`"},
        callback.Look,
        problems=(404, 409, 422),
    ),
    "POST /callback/objections": Route(
        "A reporter does not agree with how a case has ended: within the town's time it goes out again",
        {200: "`number` of the case, and its new `round`"},
        callback.Objection,
        problems=(404, 409, 422),
    ),
    "GET /callback/figures": Route(
        "Response, resolution and satisfaction of follow-ups by month, each with its bounds (95 %) and denominator",
        {200: "`figures`: a row for each month and unit, category or the town; who was not asked stands beside"},
        query={
            "by": "town, unit or category; town, if left out",
            "of": "only this unit or category",
            "from": "first month, YYYY-MM",
            "to": "last month, YYYY-MM; the one that runs, if both are left out",
        },
        problems=(422,),
    ),
    "GET /callback/words": Route(
        "Words that recur in what reporters said in a month: pairs of Chinese signs, English words",
        {200: "`texts`: how many there are, `words`: each with the number of texts that hold it"},
        query={"month": "YYYY-MM; the one that runs, if left out", "unit": "only of it", "category": "only of it"},
        problems=(422,),
    ),
    "GET /callback/marks": Route(
        "What is striking about answers, the newest first, at most 500",
        {200: "`marks`, each with its reason and the answer that it is about"},
        query={"reason": "quick, series_of_device, series_of_taker or one_handler"},
    ),
    "GET /callback/reasks": Route(
        "Answers that were asked for again, at most 500: those that wait first",
        {200: "`reasks`: both answers, and where they differ"},
    ),
    "POST /callback/reasks": Route(
        "Have a sample of a month's answers asked for again, drawn so that anybody can check it",
        {200: "`asked_again`: how many"},
        callback.Reask,
        problems=(422,),
    ),
    "POST /callback/reasks/<reask_id>/answer": Route(
        "The second answer, taken by somebody else than the first; it is kept beside it and changes nothing",
        {200: "`first` and `second`, and their `differences`"},
        callback.SecondAnswer,
        problems=(404, 409, 422),
    ),
}
