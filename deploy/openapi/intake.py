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
        problems=(409, 422, 429),
        headers={"Idempotency-Key": "fixes the answer for a day: the same key and body are answered as the first time"},
    ),
    "POST /intake/webhooks/<source>": Route(
        "One report in the source's own JSON, signed; a webhook that comes again is answered as the first time",
        {
            201: "`outcome` new, with the `number` and `state` of the case",
            200: "`outcome` known: this external id has a case already, whose `number` and `state` are given",
        },
        problems=(409, 422, 429),
        headers={
            "webhook-id": "the same whenever the same webhook is sent again",
            "webhook-timestamp": "seconds since 1970, at most five minutes off",
            "webhook-signature": "`v1,<base64>`, several of them with blanks between",
        },
        content=("application/json",),
    ),
    "POST /intake/imports": Route(
        "A table of reports of a source, at most 16 MiB; the same file sent again goes on where it was cut off",
        {202: "`id` of the import, and how many rows were done before (`rows_done`)"},
        query={"source": "whose reports these are"},
        problems=(404, 409, 422),
        content=("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ),
    "GET /intake/imports/<import_id>": Route(
        "How far an import has come", {200: "`state`, `rows_done` and what became of them"}, problems=(404,)
    ),
    "GET /intake/imports/<import_id>/rows": Route(
        "What became of each row",
        {200: "row, external_id, outcome, number, reasons"},
        problems=(404,),
        gives="text/csv",
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
    "GET /intake/sources": Route(
        "How every source behaves",
        {200: "`sources`: last heard, recent reports, share of refused ones, silence, whether throttled and why"},
    ),
    "GET /intake/sources/<source>/feedback": Route(
        "What a source was told after a cursor, in order; a source that comes back with a cursor knows all before it",
        {200: "`feedback`, and the cursor to come back with (`next`)"},
        query={"after": "`next` of the last answer; without it, from the first on", "limit": "at most so many (500)"},
        problems=(404, 422),
    ),
    "POST /intake/sources/<source>/feedback/ack": Route(
        "The source knows what it was told about its reports, up to these numbers",
        {200: "how many reports are `acknowledged`, which are still `behind`, which are `unknown`"},
        intake.Acknowledgement,
        problems=(404, 422),
    ),
    "GET /intake/sources/<source>/reconciliation": Route(
        "What became of the reports of a source",
        {200: "counts of reports, cases and refusals, and how far the source has acknowledged what it was told"},
        problems=(404,),
    ),
    "POST /intake/sources/<source>/reconciliation": Route(
        "What a source believes against what it was told; what it has missed is told again, if wanted",
        {200: "`differences` (at most 5000) and `counts` by verdict: unknown, behind, same, ahead"},
        intake.Reconciliation,
        problems=(404, 409, 422),
    ),
}
