"""Answers to requests that cannot be done, as RFC 9457 problem details: what is wrong and how to repair it.

Problem
├── Unauthorized      401 no token, or one that is not valid
├── Forbidden         403 the role may not do this
├── NotFound          404
├── Conflict          409 the state does not allow it
├── TooLarge          413
├── Unprocessable     422 the content is wrong; `reasons` names each field and the way to repair it
├── TooMany           429 with Retry-After
└── Unavailable       503 with Retry-After
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    status = 400
    title = "The request cannot be read"
    retry_after: int | None = None  # seconds

    def __init__(self, detail: str, reasons: list[dict[str, Any]] | None = None):
        super().__init__(detail)
        self.detail = detail
        self.reasons = reasons or []

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        return body | ({"reasons": self.reasons} if self.reasons else {})


class Unauthorized(Problem):
    status, title = 401, "Who are you?"


class Forbidden(Problem):
    status, title = 403, "Not allowed"


class NotFound(Problem):
    status, title = 404, "Not found"


class Conflict(Problem):
    status, title = 409, "The state does not allow it"


class TooLarge(Problem):
    status, title = 413, "Too large"


class Unprocessable(Problem):
    status, title = 422, "The content is not right"


class TooMany(Problem):
    status, title = 429, "Too many at once"

    def __init__(self, detail: str, retry_after: int):
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Problem):
    status, title, retry_after = 503, "Try again in a moment", 2
