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
    "POST /intake/cases/<number>/contact": Route(
        "What reporters of a case told about themselves, and their unmasked texts; who has seen it, and why, is kept",
        {200: "`number`, and for each of its `reports` what was `told` (null: nothing personal, or erased)"},
        intake.Reasoned,
        problems=(404, 422),
    ),
    "POST /intake/cases/<number>/register": Route(
        "The household of the reporter, or at the place, of an open case; masked unless `unmask`; kept in the audit",
        {200: "`number` and its `households`: `household`, `address`, `people`"},
        intake.RegisterSearch,
        problems=(404, 409, 422),
    ),
    "POST /intake/persons/search": Route(
        "The cases that somebody has reported, by telephone number; kept in the audit",
        {200: "`cases` with `number` and `state`, newest first"},
        intake.PersonSearch,
        problems=(422,),
    ),
    "POST /intake/persons/erase": Route(
        "Erase a person: the key of all they told is destroyed, nobody asks them any more; kept in the audit",
        {200: "whether anybody was `erased`, how many `open_cases_told` and `parked_discarded`"},
        intake.PersonSearch,
        problems=(404, 422),
    ),
}
