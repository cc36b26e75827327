"""How sources fare, how they behave, and what they were told."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import messages, use_cases, views
from services.intake.errors import NeverAcknowledged, SourceUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.links import Links
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable

MOST = 500
_ACKNOWLEDGEMENT, _RECONCILIATION = messages.Acknowledgement(), messages.Reconciliation()


def get_sources(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"sources": views.sources_at_work(work)}


def get_reconciliation(request: Request, source: str, open_work: Any) -> dict[str, Any]:
    _own(request, source)
    with open_work() as work:
        found = views.reconciliation(work, source)
    if found is None:
        raise NotFound(f"there is no source {source!r}")
    return found


def get_feedback(request: Request, source: str, links: Links, open_work: Any) -> dict[str, Any]:
    acknowledges = _own(request, source)
    after, limit = _number(request, "after", 0), min(_number(request, "limit", MOST), MOST)
    return _known(lambda: use_cases.poll(source, after, limit, acknowledges, links, open_work))


def ack_feedback(request: Request, source: str, open_work: Any) -> dict[str, Any]:
    _own(request, source)
    body = body_of(request, _ACKNOWLEDGEMENT)
    return _known(lambda: use_cases.acknowledge(source, body["known"], open_work))


def reconcile(request: Request, source: str, open_work: Any) -> dict[str, Any]:
    _own(request, source)
    body = body_of(request, _RECONCILIATION)

    def differences() -> list[Any]:
        if body["believed"] is not None:
            return use_cases.reconcile(source, body["believed"], body["resend"], open_work)
        return list(use_cases.reconcile_acked(source, body["resend"], open_work))

    found = _known(differences)
    shown = [difference._asdict() for difference in found if difference.verdict != "same"]
    return {"differences": shown[: messages.MOST], "counts": use_cases.summary(found), "resent": body["resend"]}


def _known(do: Any) -> Any:
    try:
        return do()
    except SourceUnknown as error:
        raise NotFound(str(error)) from error
    except NeverAcknowledged as error:
        raise Conflict(str(error)) from error


def _own(request: Request, source: str) -> bool:
    """Whether the source itself asks; another source may not."""
    caller = caller_of(request)
    if caller.role == "source" and caller.name != source:
        raise Forbidden(f"a source asks about itself: /intake/sources/{caller.name}/…")
    return caller.role == "source"


def _number(request: Request, name: str, default: int) -> int:
    text = request.args.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        reason = {"field": name, "problem": f"{text[:40]!r} is no number", "repair": "give `next` of the last answer"}
        raise Unprocessable(f"{name} must be a whole number", [reason])
    return int(text)
