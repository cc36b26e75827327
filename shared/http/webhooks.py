"""Signed webhooks, as https://www.standardwebhooks.com says: who may have sent this body, and proof for one of our own.

The library's own errors are of several kinds; here each is a Problem that says what to repair.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from shared.http.problems import Problem, Unauthorized

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LONGEST_ID = 256


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def verify(valid: Sequence[str], headers: Any, body: bytes) -> str:
    """The webhook's id, when one of the secrets that are valid has signed it less than five minutes ago.

    Raises Problem for headers or a body that cannot be read, Unauthorized for what is not signed, or too late.
    """
    given = {name: headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
    if missing := [name for name, value in given.items() if not value]:
        raise Problem(f"the headers {', '.join(missing)} are missing: sign as Standard Webhooks says")
    if len(given[ID]) > LONGEST_ID or not given[ID].isprintable():
        raise Problem(f"{ID} must be at most {LONGEST_ID} printable characters")
    if not given[TIMESTAMP].isascii() or not given[TIMESTAMP].isdigit():
        raise Problem(f"{TIMESTAMP} must be whole seconds since 1970")
    why = "the signature is not by a secret of this source that is valid now"
    for secret in valid:
        try:
            Webhook(secret).verify(body, given, json_parse=False)
        except WebhookVerificationError as error:
            why = "it was signed more than five minutes ago, or ahead of time" if "timestamp" in str(error) else why
        except (ValueError, TypeError) as error:  # no UTF-8, no base64, no comma
            raise Problem(f"{SIGNATURE} or the body cannot be read: v1,<base64> over a body in UTF-8") from error
        else:
            return given[ID]
    raise Unauthorized(f"{why}: look at the secret and the clock")


def sign(valid: Sequence[str], webhook_id: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The headers for a body of our own: a signature with each secret, so that the receiver may know either."""
    signed = [Webhook(secret).sign(webhook_id, at.astimezone(dt.UTC), body.decode()) for secret in valid]
    return {ID: webhook_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: " ".join(signed)}
