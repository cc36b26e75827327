"""A source that sends more than it may is told when to come again."""

from __future__ import annotations

import math
from typing import Any

from services.intake import use_cases
from shared.http.problems import TooMany


def admit(source: str, open_work: Any) -> None:
    """One more report of a source by HTTP. Raises TooMany."""
    admitted, wait = use_cases.admit(source, 1, open_work)
    if not admitted:
        raise TooMany(
            f"{source!r} sends more than it may: wait as Retry-After says; its limits are with the town's desk",
            max(1, math.ceil(wait)),
        )
