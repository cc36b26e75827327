"""The page on which reporters answer: public, because its address is the permission, and bounded in how often it is
opened. A form is only taken from the page itself, or from a browser that does not say where it comes from: with no
cookie and no session there is nothing that another site could borrow."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.callback import use_cases
from services.callback.domain import links
from services.callback.domain.cards import CARDS
from services.callback.domain.pace import Buckets
from services.callback.domain.page_texts import preferred
from services.callback.domain.questions import REASONS_ID, SOLVED_ID
from services.callback.domain.refusing import BAD_ANSWERS
from services.callback.doors.answer_html import LONGEST, Photo, View, answer_page, message_page
from services.callback.use_cases import Filled, Page, Pages
from shared.http.entrypoint import form_of
from shared.http.links import Links
from shared.http.problems import Forbidden, NotFound, Problem, TooMany

HTML = "text/html; charset=utf-8"
MOST = 64 * 1024  # bytes of a form
PHOTOS, SHOWN = 9, 12  # that go with an answer; that are shown
SECONDS = 3600  # that a link to media on the page is good
MEDIA = re.compile(r"m-[0-9a-f]{40}")
NO_ANSWERS = ("version", "lang", "via", "text", "photos")  # fields of the form that are no questions
FILES = {"answer.css": "text/css; charset=utf-8", "answer.js": "text/javascript; charset=utf-8"}
CONTENT = {name: (Path(__file__).parents[1] / "web" / name).read_bytes() for name in FILES}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def get_page(request: Request, secret: str, parts: Pages, open_work: Any) -> Response:
    _bound(request, secret, parts.looks, parts)
    page = use_cases.open_page(secret, open_work) if links.SECRET.fullmatch(secret) else Page(links.UNKNOWN)
    if page.standing != links.OPEN:
        return _over(request, page)
    photos, why = _brought(request)
    given = page.given or {}
    notice = "photo_taken" if photos and not why else "taken" if request.args.get("done") and given else ""
    shown = {"filled": given.get("answers", {}), "text": given.get("text", ""), "photos": photos}
    return _page(_view(request, secret, page, parts, photos)._replace(**shown, notice=notice, wrong=why))


def post_page(request: Request, secret: str, parts: Pages, open_work: Any) -> Response:
    _bound(request, secret, parts.answers, parts)
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise Forbidden("the form was sent by another site: open the link itself")
    filled = _filled(request, parts)
    known = links.SECRET.fullmatch(secret)
    if known and len(filled.text) > LONGEST:
        return _again(request, secret, use_cases.open_page(secret, open_work), filled, "wrong_text", parts)
    page, outcome = use_cases.answer_page(secret, filled, open_work) if known else (Page(links.UNKNOWN), None)
    if outcome is not None and outcome.reason == BAD_ANSWERS:
        wrong = "wrong_answers" if SOLVED_ID in filled.answers else "wrong_solved"
        return _again(request, secret, page, filled, wrong, parts)
    if outcome is None:
        return _over(request, page)
    if not outcome.taken:  # also when this reporter is not asked any more: the cases were taken apart, for example
        return _over(request, page._replace(standing=links.CLOSED))
    query = {"done": "1", "lang": _language(request)} | ({"via": filled.via} if filled.via else {})
    return redirect(f"{links.PATH}{secret}?{urlencode(query)}", 303)


def get_file(name: str) -> Response:
    """The style sheet and the script of the page."""
    if name not in FILES:
        raise NotFound(f"there is no file {name!r} here")
    response = Response(CONTENT[name], content_type=FILES[name], headers={"X-Content-Type-Options": "nosniff"})
    response.cache_control.public, response.cache_control.max_age = True, SECONDS
    return response


def errors(problem: Problem, request: Request) -> tuple[int, bytes, str]:
    """What is wrong, as a page."""
    away = problem.status >= 500
    name = "busy" if problem.status == 429 else "away" if away else "bad"
    return problem.status, message_page(_language(request), name, f"{name}_more").encode(), HTML


def _bound(request: Request, secret: str, buckets: Buckets, parts: Pages) -> None:
    """Raises TooMany. The edge says where a request comes from, and overwrites what it is told about that."""
    address, now = _address(request), time.monotonic()
    wait = max(buckets.take(links.digest(secret), now), parts.visits.take(address, now))
    if wait:
        raise TooMany("this page is opened too often", max(1, round(wait)))


def _address(request: Request) -> str:
    return request.headers.get("X-Forwarded-For", request.remote_addr or "")[:100]


def _language(request: Request) -> str:
    asked = request.form.get("lang", "") if request.method == "POST" else request.args.get("lang", "")
    return preferred(asked, list(request.accept_languages.values()))


def _via(text: str | None) -> str:
    return text if text in CARDS else ""


def _brought(request: Request) -> tuple[tuple[str, ...], str]:
    """The photos that intake has sent the browser back with, and why the last one was not taken (a name of a text)."""
    last = request.args.get("photo", "")
    photos = [one for one in (*request.args.getlist("photos"), last) if MEDIA.fullmatch(one)]
    why = f"photo_{last}" if last in ("missing", "large", "refused", "away") else ""
    return tuple(dict.fromkeys(photos))[:PHOTOS], why


def _filled(request: Request, parts: Pages) -> Filled:
    form = form_of(request, MOST)
    answers: dict[str, Any] = {name: form[name] for name in form if name not in NO_ANSWERS and form[name]}
    if REASONS_ID in answers:
        answers[REASONS_ID] = form.getlist(REASONS_ID)
    photos = [one for one in form.getlist("photos") if MEDIA.fullmatch(one)][:PHOTOS]
    keys = parts.address.keys
    device = keys.secret(f"device/{_address(request)}/{request.user_agent.string}", keys.current)
    text = form.get("text", "").replace("\r\n", "\n").strip()
    return Filled(answers, text, photos, _via(form.get("via")), form.get("version", ""), device)


def _again(request: Request, secret: str, page: Page, filled: Filled, wrong: str, parts: Pages) -> Response:
    """The form as it was filled in, and what is to be put right."""
    if page.standing != links.OPEN:
        return _over(request, page)
    photos = tuple(filled.photos)
    view = _view(request, secret, page, parts, photos)._replace(via=filled.via, filled=filled.answers, text=filled.text)
    return _page(view._replace(wrong=wrong, photos=photos), 422)


def _view(request: Request, secret: str, page: Page, parts: Pages, photos: tuple[str, ...]) -> View:
    about, language, via = page.about, _language(request), _via(request.args.get("via"))
    here = links.PATH + secret
    query = {"lang": language} | ({"via": via} if via else {}) | ({"photos": photos} if photos else {})
    who, number = f"reporter/{about['report']}", about["number"]
    own = about["media"] if about["report"] == number else []
    before = list(dict.fromkeys([*own, *(about["before"] or [])]))
    common = {"for": who, "about": number}
    back = f"{here}?{urlencode(query, doseq=True)}"
    upload = parts.media.sign("/intake/media", SECONDS, **common, back=back)
    send = parts.media.sign("/intake/media", SECONDS, **common)
    shown = [_shown(references, common, parts.media) for references in (before, about["after"] or [])]
    return View(page, language, here, shown[0], shown[1], upload, send, {}, via=via)


def _shown(references: list[str], common: dict[str, str], media: Links) -> list[Photo]:
    """Links to what was uploaded here; what lies elsewhere is not fetched from a reporter's telephone."""
    return [
        Photo(*(media.sign(f"/intake/media/{one}", SECONDS, **common, size=size) for size in ("full", "thumbnail")))
        for one in references
        if MEDIA.fullmatch(one)
    ][:SHOWN]


def _page(view: View, status: int = 200) -> Response:
    return Response(answer_page(view), status=status, content_type=HTML, headers=HEADERS)


def _over(request: Request, page: Page) -> Response:
    """Nothing is asked here: the link is not known, or it is over."""
    name, status = ("closed", 410) if page.standing == links.CLOSED else ("unknown", 404)
    text = message_page(_language(request), name, f"{name}_more", request.path)
    return Response(text, status=status, content_type=HTML, headers=HEADERS)
