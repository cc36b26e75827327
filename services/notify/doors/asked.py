"""What callers say in a request, read; what does not fit is a problem that says how to repair it."""

from __future__ import annotations

import uuid

from werkzeug.wrappers import Request

from shared.http.problems import Unprocessable


def wrong(field: str, problem: str, repair: str) -> Unprocessable:
    return Unprocessable(f"{field} does not fit", [{"field": field, "problem": problem, "repair": repair}])


def number_of(request: Request, name: str, most: int) -> int | None:
    """A whole number of the query, none when it is not given. Raises Unprocessable."""
    text = request.args.get(name)
    return None if not text else whole(name, text, most)


def whole(name: str, text: str, most: int) -> int:
    """Raises Unprocessable."""
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most):
        raise wrong(name, f"{text[:40]!r} is no number up to {most}", "write a whole number in digits")
    return int(text)


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
