"""The page of one notice, for whoever has its link; every error is a page, too."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from services.notify import use_cases
from services.notify.domain import page
from shared.http.problems import Problem

HTML = "text/html; charset=utf-8"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": page.POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


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


def _language(request: Request) -> str:
    return page.preferred(request.args.get("lang", ""), list(request.accept_languages.values()))
