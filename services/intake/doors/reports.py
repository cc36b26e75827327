"""Reports by HTTP: with a token, or as a signed webhook."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import use_cases
from services.intake.doors.limits import admit
from services.intake.errors import KeyBusy, KeyUsed
from shared.http.entrypoint import bytes_of, caller_of, parsed
from shared.http.problems import Conflict, Problem, Unprocessable
from shared.http.webhooks import verify

KEY = "Idempotency-Key"
LONGEST_KEY = 256
SIGNED = "a signature of Standard Webhooks, with a secret of the source that is valid now, says who sends"


def post_report(request: Request, open_work: Any, keys: Any) -> tuple[int, dict[str, Any]]:
    source, body = caller_of(request).name, bytes_of(request)
    admit(source, open_work)
    if KEY not in request.headers:
        return _answer(use_cases.register_one(parsed(body), source, open_work, keys))
    return _once(body, source, f"{KEY} {_key_of(request)}", open_work, keys)


def post_webhook(request: Request, source: str, open_work: Any, keys: Any) -> tuple[int, dict[str, Any]]:
    body = bytes_of(request)
    webhook_id = verify(use_cases.webhook_secrets(source, "in", open_work, keys), request.headers, body)
    admit(source, open_work)
    return _once(body, source, f"webhook-id {webhook_id}", open_work, keys)


def _once(body: bytes, source: str, key: str, open_work: Any, keys: Any) -> tuple[int, dict[str, Any]]:
    try:
        return _answer(use_cases.register_once(parsed(body), source, key, body, open_work, keys))
    except KeyBusy as error:
        raise Conflict(str(error)) from error
    except KeyUsed as error:
        raise Unprocessable(str(error)) from error


def _key_of(request: Request) -> str:
    """The key, a string of structured fields (RFC 8941) or bare."""
    key = request.headers[KEY].strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Problem(f"{KEY} must be 1 to {LONGEST_KEY} printable ASCII characters, a UUID for example")
    return key


def _answer(registered: use_cases.Registered) -> tuple[int, dict[str, Any]]:
    if registered.outcome == "refused":
        raise Unprocessable(
            "the report was refused: repair what the reasons name and send it again",
            [reason.as_dict() for reason in registered.reasons],
        )
    status = 201 if registered.outcome == "new" else 200
    return status, {"outcome": registered.outcome, "number": registered.number, "state": registered.state}
