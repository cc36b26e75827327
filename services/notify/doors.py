"""The HTTP doors of notify: a request becomes the arguments of a view or a use case, errors become problems."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Request, Response

from services.notify import messages, use_cases, views
from services.notify.domain import page
from services.notify.domain.deciding import ENDED, OPEN
from services.notify.errors import DeliveryUnknown, NotUncertain
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Problem, Unprocessable

MOST = 500
STATES = (*OPEN, *ENDED)
_SETTLE = messages.Settle()
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
    with open_work() as work:
        return views.notices_after(work, caller_of(request).name, int(after), MOST)


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
    state, person, number, before = (request.args.get(name) or None for name in ("state", "person", "number", "before"))
    if state and state not in STATES:
        raise _wrong("state", f"there is no state {state[:40]!r}", f"give one of {', '.join(STATES)}")
    if before and not _is_uuid(before):
        raise _wrong("before", f"{before[:40]!r} is no id", "give the id of the last delivery that was listed")
    with open_work() as work:
        return {"deliveries": views.deliveries(work, state, person, number, before, MOST)}


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


def _language(request: Request) -> str:
    return page.preferred(request.args.get("lang", ""), list(request.accept_languages.values()))


def _wrong(field: str, problem: str, repair: str) -> Unprocessable:
    return Unprocessable(f"{field} does not fit", [{"field": field, "problem": problem, "repair": repair}])


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
