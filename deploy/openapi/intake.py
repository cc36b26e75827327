"""What the routes of intake do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.intake import messages as intake

ROUTES = {
    "POST /intake/reports": Route(
        "One report of the calling source",
        {
            201: "`outcome` new, with the `number` and `state` of the case",
            200: "`outcome` known: this external id has a case already, whose `number` and `state` are given",
        },
        intake.Report,
        problems=(422,),
    ),
    "GET /intake/cases": Route(
        "The newest cases, at most 200",
        {200: "`cases`, without anything personal"},
        query={"state": STATE, "source": "only those of this source"},
    ),
    "GET /intake/cases/<number>": Route(
        "A case; a source sees its own only",
        {200: "the case with its `history` and its `reports`"},
        problems=(404,),
    ),
    "GET /intake/cases/<number>/media": Route(
        "Photos, videos and sounds of a case; a member sees those of the cases that he works on or reported",
        {200: "`media`: each with its `kind`; what is here, with a `link` and a `thumbnail_link` that expire"},
        problems=(404,),
    ),
    "POST /intake/media": Route(
        "Keep a photo, a video or a sound; safe to send again",
        {201: "`outcome` new, with the `reference`", 200: "`outcome` known: the same content was here already"},
        raw_body="the file itself, its type in Content-Type",
        problems=(404, 422),
        security=("token", "link"),
    ),
    "GET /intake/media/<reference>": Route(
        "The content, for a link that was signed for somebody; noted",
        {200: "the whole content", 206: "the part that `Range` asks for"},
        raw_answer=True,
        problems=(404, 416),
        security=("link",),
    ),
    "POST /intake/cases/<number>/accept": Route(
        "Accept a submitted case, in another category if one is given",
        {200: "`number` and the new `state`"},
        intake.Acceptance,
        problems=(404, 409, 422),
    ),
    "POST /intake/cases/<number>/reject": Route(
        "Refuse a submitted case; its source hears the reason",
        {200: "`number` and the new `state`"},
        intake.Rejection,
        problems=(404, 409, 422),
    ),
    "GET /intake/sources/<source>/reconciliation": Route(
        "What became of the reports of a source", {200: "counts of reports, cases and refusals"}
    ),
}
