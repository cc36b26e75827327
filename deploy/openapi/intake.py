"""What the routes of intake do."""

from __future__ import annotations

from marshmallow import Schema

from deploy.openapi.route import STATE, Route
from services.intake import messages as intake

DECIDED = {200: "`number`, the new `state` and `version`"}


def _decision(summary: str, body: type[Schema]) -> Route:
    return Route(summary, DECIDED, body, problems=(404, 409, 422))


ROUTES = {
    "POST /intake/reports": Route(
        "One report of the calling source, in the shape of its kind; the generic one is shown",
        {
            201: "`outcome` new, with the `number` and `state` of the case",
            200: "`outcome` known: this external id has a case already; grouped: it joined the case of an earlier "
            "report; `number` and `state` are those of that case; below_threshold: an alert that is only counted",
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
        problems=(401, 409, 422, 429),
        headers={
            "webhook-id": "the same whenever the same webhook is sent again",
            "webhook-timestamp": "seconds since 1970, at most five minutes off",
            "webhook-signature": "`v1,<base64>`, several of them with blanks between",
        },
        raw_body="a report in the platform's own JSON",
    ),
    "POST /intake/imports": Route(
        "A table of reports of a source, at most 16 MiB; the same file sent again goes on where it was cut off",
        {202: "`id` of the import, and how many rows were done before (`rows_done`)"},
        query={"source": "whose reports these are"},
        problems=(404, 409, 422),
        raw_body="a table, CSV or XLSX",
    ),
    "GET /intake/imports/<import_id>": Route(
        "How far an import has come", {200: "`state`, `rows_done` and what became of them"}, problems=(404,)
    ),
    "GET /intake/imports/<import_id>/rows": Route(
        "What became of each row",
        {200: "row, external_id, outcome, number, reasons"},
        problems=(404,),
        raw_answer=True,
    ),
    "GET /intake/cases": Route(
        "The newest cases, at most 200",
        {200: "`cases`, without anything personal"},
        query={"state": STATE, "source": "only those of this source"},
    ),
    "GET /intake/cases/<number>": Route(
        "A case; a source sees its own only",
        {
            200: "the case with its `version`, `history`, `reports`, the numbers `merged` into it or "
            "`merged_into`, the `question` that it waits for an answer to, the `platform` that has it, `waiting_until`"
        },
        problems=(404,),
    ),
    "GET /intake/cases/<number>/explanation": Route(
        "Why a case is what it is: category, kind, level, place, who decided; and which cases are like it",
        {200: "`understood`: steps in order with `why_zh` and `why_en`, the last of each `what` counts; `duplicates`"},
        problems=(404,),
    ),
    "GET /intake/cases/<number>/media": Route(
        "Photos, videos and sounds of a case; a member sees those of the cases that he works on or reported",
        {200: "`media`: each with its `kind`; what is here, with a `link` and a `thumbnail_link` that expire"},
        problems=(404,),
    ),
    "POST /intake/media": Route(
        "Keep a photo, a video or a sound; safe to send again",
        {
            201: "`outcome` new, with the `reference`",
            200: "`outcome` known: the same content was here already",
            303: "for a link of a page: back to it, with the reference as `photo`, or why there is none",
        },
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
        "Accept a submitted case, in another category, level or kind if one is given",
        DECIDED,
        intake.Acceptance,
        problems=(404, 409, 422),
    ),
    "POST /intake/cases/<number>/reject": Route(
        "Refuse a submitted case; its source hears the reason",
        DECIDED,
        intake.Rejection,
        problems=(404, 409, 422),
    ),
    "POST /intake/cases/<number>/ask": _decision(
        "Ask the reporter of a submitted case for more; it waits until `waiting_until`", intake.Question
    ),
    "POST /intake/cases/<number>/information": _decision(
        "The answer to that question; a source answers about what it has reported", intake.Information
    ),
    "POST /intake/cases/<number>/correct": _decision(
        "Correct category, level, kind or place of an open case; a new place is located anew", intake.Correction
    ),
    "POST /intake/cases/<number>/merge": _decision(
        "Handle a case together with another; its reporters hear how that one fares", intake.Merging
    ),
    "POST /intake/cases/<number>/unmerge": _decision("Take a merged case out again, accepted", intake.Reason),
    "POST /intake/cases/<number>/answer": _decision("Answer at once, and close, what needs no handling", intake.Answer),
    "POST /intake/cases/<number>/transfer": _decision(
        "Hand a case on to another platform, which answers until `waiting_until`", intake.Transfer
    ),
    "POST /intake/cases/<number>/transfer-answer": _decision(
        "The other platform has settled the case (done), or gives it back; a source answers for the platform of "
        "its name",
        intake.TransferAnswer,
    ),
    "POST /intake/cases/<number>/cancel": _decision(
        "Nobody wants an open case any more; a source cancels what it has reported", intake.Reason
    ),
    "POST /intake/cases/<number>/confirm": _decision(
        "Whoever reported it says what became of a matter that was handled: `solved`, `satisfaction`, and how often "
        "they had to come (`visits`); then nobody asks them. By the source that reported it, or at the desk",
        intake.Confirmation,
    ),
    "POST /intake/cases/<number>/appeal": _decision(
        "A rejected case is looked at once more; a source appeals about what it has reported", intake.Reason
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
