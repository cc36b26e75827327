"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(question: Callable[[], Any], seconds: float = 60, every: float = 0.1) -> Any:
    """The first answer that is true. AssertionError when none comes in time."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"it did not come in {seconds:g} s; the last answer was {answer!r}"
        time.sleep(every)
    return answer
