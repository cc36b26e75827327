"""Photos, videos and sounds by HTTP: brought as a stream, shown by signed links, in parts where a player asks so."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import eventlet
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.intake import use_cases, views
from services.intake.domain.media import is_reference, kind_of
from services.intake.errors import CaseUnknown, MediaRefused, MediaTooLarge, MediaUnknown, StoreAway
from services.intake.media import ENDINGS, PURPOSE, THUMBNAIL, MediaParts
from shared.http.entrypoint import bearer, caller_of, form_of
from shared.http.links import links
from shared.http.problems import NotFound, Problem, TooLarge, Unavailable, Unprocessable
from shared.http.tokens import Caller

DRAIN = 30.0  # seconds to read what nobody wants, so that its sender gets the answer
FORM = 64 * 1024  # bytes of a form around its photo
SHOWN = {  # whatever the bytes are, a browser only shows or plays them
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}


def by_link(request: Request, settings: Any) -> Caller:
    """Who asks, by a signed link: the name that it was signed for. Raises Forbidden."""
    links(settings.key_ring, PURPOSE).check(request.path, request.args)
    return Caller(request.args["for"], "link")


def by_link_or_token(request: Request, settings: Any) -> Caller:
    """By a signed link where there is one, by a bearer token otherwise. Raises Forbidden, Unauthorized."""
    return by_link(request, settings) if "signature" in request.args else bearer(request, settings)


def post_media(request: Request, media: MediaParts, open_work: Any) -> tuple[int, dict[str, Any]] | Response:
    caller = caller_of(request)
    if caller.role == "link" and "back" in request.args:
        return _from_page(request, caller.name, media, open_work)
    body = _Body(request)
    who = caller.name if caller.role == "link" else f"{caller.role}/{caller.name}"
    answers = request.args["about"] if caller.role == "link" else None
    declared = request.headers.get("Content-Type", "")
    try:
        kept = use_cases.keep_media(body, declared, who, media.reception, open_work, request.content_length, answers)
    except (MediaRefused, StoreAway, CaseUnknown) as error:
        body.drain()
        raise _problem_of(error) from error
    lon_lat = dict(zip(("lon", "lat"), kept.position, strict=True)) if kept.position else None
    return 201 if kept.outcome == "new" else 200, kept._asdict() | {"position": lon_lat}


def _from_page(request: Request, who: str, media: MediaParts, open_work: Any) -> Response:
    """A photo from the form of a page, by a browser that may know no scripts: it goes back to where the link says, with
    `photo`: the reference, or why there is none (missing, large, refused, away)."""
    try:
        form_of(request, media.reception.most("image") + FORM)
        file = request.files.get("photo")
        outcome = _kept(file, who, request.args["about"], media, open_work) if file and file.filename else "missing"
    except HTTPException as error:
        if error.code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        _Body(request).drain()
        outcome = "large"
    back = request.args["back"]
    return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'photo': outcome})}", HTTPStatus.SEE_OTHER)


def _kept(file: FileStorage, who: str, about: str, media: MediaParts, open_work: Any) -> str:
    """The reference of a photo, or why there is none."""
    try:
        return use_cases.keep_media(file.stream, "", who, media.reception, open_work, answers=about).reference
    except MediaTooLarge:
        return "large"
    except StoreAway:
        return "away"
    except (MediaRefused, CaseUnknown):
        return "refused"


def get_case_media(request: Request, number: str, media: MediaParts, open_work: Any) -> dict[str, Any]:
    caller = caller_of(request)
    with open_work() as work:
        case = views.media_of_case(work, number)
        here = work.lies_within(number, caller.area)
    if case is None or not _may_see(caller, case, here):
        raise NotFound(f"there is no case {number!r} whose media you may see")
    who = f"{caller.role}/{caller.name}"
    return {"number": number, "media": [_shown(row, who, number, media) for row in case["media"]]}


def _may_see(caller: Caller, case: dict[str, Any], here: bool) -> bool:
    """`here`: the case lies where the caller's rights reach."""
    if caller.role == "member" or not here:
        return caller.name in case["members"]
    return caller.role != "source" or case["sources"] == [caller.name]


def _shown(row: dict[str, Any], who: str, number: str, media: MediaParts) -> dict[str, Any]:
    reference, kind = row["reference"], kind_of(row["reference"])
    common = {"reference": reference, "role": row["role"], "added_at": row["added_at"]}
    if kind != "media" or row["size"] is None:
        return common | {"kind": "awaited" if kind == "media" else kind}
    shown = {name: row[name] for name in ("media_type", "size", "width", "height", "lon", "lat")}
    shown["link"] = media.access.look(reference, who, number)
    if row["has_thumbnail"]:
        shown["thumbnail_link"] = media.access.look(reference, who, number, THUMBNAIL)
    return common | {"kind": "media"} | shown


def get_media(request: Request, reference: str, media: MediaParts, open_work: Any) -> Response:
    size, about = request.args["size"], request.args["about"]
    if not is_reference(reference):
        raise NotFound("this is no reference of media")
    try:
        row = use_cases.look_at_media(reference, size, caller_of(request).name, about, open_work)
        return _response(request, row, size == THUMBNAIL, media)
    except (MediaUnknown, FileNotFoundError) as error:
        raise NotFound(str(MediaUnknown(reference))) from error
    except StoreAway as error:
        raise Unavailable(str(error)) from error


def _response(request: Request, row: dict[str, Any], small: bool, media: MediaParts) -> Response:
    key, whole = (row["thumbnail_key"], row["thumbnail_size"]) if small else (row["key"], row["size"])
    media_type = "image/jpeg" if small else row["media_type"]
    part = _part(request, whole)
    start, stop = part or (0, whole)
    content = () if request.method == "HEAD" else media.store.open(key, start, stop - start)
    response = Response(content, status=206 if part else 200, content_type=media_type)
    response.headers.update(SHOWN)
    response.content_length = stop - start
    if part:
        response.content_range.set(start, stop, whole)
    response.set_etag(key)
    response.cache_control.private, response.cache_control.max_age = True, 600
    name = f"{row['reference']}.{ENDINGS[media_type]}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def _part(request: Request, whole: int) -> tuple[int, int] | None:
    """The bytes that are asked for; None for everything, also for several parts at once, as the standard allows."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    found = asked.range_for_length(whole)
    if found is None:
        problem = Problem(f"there are {whole} bytes: ask for some of them")
        problem.status, problem.title = 416, "There is no such part"
        raise problem
    return found


class _Body:
    """The body of a request, as a stream; one that breaks off is its sender's matter."""

    def __init__(self, request: Request):
        self._input = request.environ["wsgi.input"]
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        if request.content_length is None and not chunked:
            raise Problem("the length is missing: send Content-Length, or the body in chunks")

    def read(self, size: int, /) -> bytes:
        try:
            return self._input.read(size)
        except (OSError, ValueError) as error:
            raise MediaRefused("the connection broke off", "send it again, whole") from error

    def drain(self) -> None:
        """Read the rest and forget it: a connection that is closed over unread bytes loses the answer."""
        with eventlet.Timeout(DRAIN, False):
            try:
                while self.read(65536):
                    pass
            except MediaRefused:
                return


def _problem_of(error: MediaRefused | StoreAway | CaseUnknown) -> Problem:
    if isinstance(error, MediaTooLarge):
        return TooLarge(f"{error}: {error.repair}")
    if isinstance(error, MediaRefused):
        reason = {"field": "body", "problem": str(error), "repair": error.repair}
        return Unprocessable("this cannot be taken: repair what the reasons name", [reason])
    return NotFound(str(error)) if isinstance(error, CaseUnknown) else Unavailable(str(error))
