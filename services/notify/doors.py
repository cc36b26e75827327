"""The HTTP doors of notify: a request becomes the arguments of a view or a use case, errors become problems."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from services.notify import messages, use_cases, views
from services.notify.domain import page
from services.notify.domain.deciding import ENDED, OPEN
from services.notify.domain.pipeline.subject import EXPIRED, MUTED, NO_ROUTE, NO_WAY, REPEATED, SENT, WAITING
from services.notify.domain.transitions import path_of
from services.notify.errors import (
    DeliveryUnknown,
    NotUncertain,
    NotYours,
    SilenceOver,
    SilenceRefused,
    SilenceUnknown,
)
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, Forbidden, NotFound, Problem, Unprocessable

MOST = 500
MOST_SENT = 200
STATES = (*OPEN, *ENDED)
OUTCOMES = (*WAITING, SENT, MUTED, REPEATED, NO_ROUTE, NO_WAY, EXPIRED)
_SETTLE = messages.Settle()
_SILENCE, _END = messages.Silence(), messages.EndSilence()
HTML = "text/html; charset=utf-8"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": page.POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def get_notices(request: Request, open_work: Any) -> dict[str, Any]:
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise _wrong("after", f"{after[:40]!r} is no number", "give the last number seen")
    caller = caller_of(request).name
    if int(after):
        use_cases.have_read({caller: int(after)}, open_work)
    with open_work() as work:
        return views.notices_after(work, caller, int(after), MOST)


def get_sent(request: Request, open_work: Any) -> dict[str, Any]:
    """By case, by person, or both. Members see what they were told themselves, leaders what concerns their area."""
    caller = caller_of(request)
    number, person, before = (request.args.get(name) or None for name in ("number", "person", "before"))
    if before and not _is_uuid(before):
        raise _wrong("before", f"{before[:40]!r} is no id", "give the id of the last one that was listed")
    if caller.role == "member":
        person = person or caller.name
    if not (number or person):
        raise _wrong("number", "neither a case nor a person is given", "ask with ?number= or ?person=")
    with open_work() as work:
        own = person == caller.name
        theirs = not caller.area or views.lies_within(work, caller.area, number, person)
        if not own and (caller.role == "member" or not theirs):
            raise NotFound("there is no such case or person here: your rights end at your area and what you were told")
        return {"sent": views.sent(work, number, person, caller.role == "desk", before, MOST_SENT)}


def get_notice_page(request: Request, link: str, pages: use_cases.Pages, open_work: Any) -> Response:
    """What a notice says, in full, for whoever has its link."""
    language = _language(request)
    found = use_cases.open_notice(link, language, pages.keys, open_work)
    if found.standing == use_cases.OPEN:
        text, status = page.notice_page(found.body, found.title, found.at, found.until, language), 200
    else:
        text, status = page.message_page(found.standing, language), 410 if found.standing == use_cases.OVER else 404
    return Response(text, status=status, content_type=HTML, headers=HEADERS)


def page_errors(problem: Problem, request: Request) -> tuple[int, bytes, str]:
    """What is wrong, as a page."""
    name = "away" if problem.status >= 500 else "unknown"
    return problem.status, page.message_page(name, _language(request)).encode(), HTML


def get_channels(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"channels": views.channels(work)}


def get_deliveries(request: Request, open_work: Any) -> dict[str, Any]:
    asked = _listed(request, STATES, "state", "person", "number", "before")
    with open_work() as work:
        return {"deliveries": views.deliveries(work, **asked, limit=MOST)}


def get_notifications(request: Request, open_work: Any) -> dict[str, Any]:
    asked = _listed(request, OUTCOMES, "state", "receiver", "number", "before")
    with open_work() as work:
        return {"notifications": views.notifications(work, **asked, limit=MOST)}


def _listed(request: Request, states: Sequence[str], *names: str) -> dict[str, Any]:
    """What a list is narrowed down by. Raises Unprocessable."""
    asked: dict[str, Any] = {name: request.args.get(name) or None for name in names}
    if asked["state"] and asked["state"] not in states:
        raise _wrong("state", f"there is no state {asked['state'][:40]!r}", f"give one of {', '.join(states)}")
    if asked["before"] and not _is_uuid(asked["before"]):
        raise _wrong("before", f"{asked['before'][:40]!r} is no id", "give the id of the last one that was listed")
    return asked


def get_delivery(request: Request, delivery_id: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.delivery(work, delivery_id) if _is_uuid(delivery_id) else None
    if found is None:
        raise NotFound(str(DeliveryUnknown(delivery_id)))
    return found


def post_settle(request: Request, delivery_id: str, open_work: Any) -> dict[str, Any]:
    body, who = body_of(request, _SETTLE), caller_of(request).name
    try:
        if not _is_uuid(delivery_id):
            raise DeliveryUnknown(delivery_id)
        return use_cases.settle_by_hand(delivery_id, body["outcome"], body["reason"], who, open_work)
    except DeliveryUnknown as error:
        raise NotFound(str(error)) from error
    except NotUncertain as error:
        raise Conflict(str(error), [{"field": "state", "given": error.state}]) from error


def get_silences(request: Request, open_work: Any) -> dict[str, Any]:
    """A caller whose rights end at an area sees what is silenced in it."""
    ended, bound = request.args.get("ended", "false"), caller_of(request).area
    if ended not in ("true", "false"):
        raise _wrong("ended", f"{ended[:40]!r} is neither true nor false", "write true to see those of before, too")
    with open_work() as work:
        found = views.silences(work, ended == "true", MOST)
        parents = work.area_parents() if bound else {}
    return {"silences": [one for one in found if not bound or bound in path_of(one["matchers"].get("area"), parents)]}


def post_silence(request: Request, open_work: Any) -> tuple[int, dict[str, Any]]:
    body, caller = body_of(request, _SILENCE), caller_of(request)
    try:
        return 201, use_cases.add_silence(body, caller.name, caller.area, open_work)
    except SilenceRefused as error:
        told = [{"field": field, "problem": problem, "repair": repair} for field, problem, repair in error.mistakes]
        raise Unprocessable("this cannot be silenced so", told) from error
    except NotYours as error:
        raise Forbidden(str(error)) from error


def post_end_silence(request: Request, silence_id: str, open_work: Any) -> dict[str, Any]:
    body_of(request, _END)
    caller = caller_of(request)
    try:
        if not _is_uuid(silence_id):
            raise SilenceUnknown(silence_id)
        return use_cases.end_silence(silence_id, caller.name, caller.area, open_work)
    except SilenceUnknown as error:
        raise NotFound(str(error)) from error
    except NotYours as error:
        raise Forbidden(str(error)) from error
    except SilenceOver as error:
        raise Conflict(str(error), [{"field": "ends_at", "given": silence_id}]) from error


def _language(request: Request) -> str:
    return page.preferred(request.args.get("lang", ""), list(request.accept_languages.values()))


def _wrong(field: str, problem: str, repair: str) -> Unprocessable:
    return Unprocessable(f"{field} does not fit", [{"field": field, "problem": problem, "repair": repair}])


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
