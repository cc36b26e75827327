"""Named places where a test can have the process killed, as by a power cut: `WANGGE_FAILPOINTS=after_commit:3`."""

from __future__ import annotations

import os
import signal

_countdown = {
    name: int(nth)
    for name, _, nth in (part.partition(":") for part in os.environ.get("WANGGE_FAILPOINTS", "").split(","))
    if nth
}


def reached(name: str) -> None:
    """Die here, without any clean-up, when it is the n-th time that the failpoint `name` is reached."""
    if name not in _countdown:
        return
    _countdown[name] -= 1
    if _countdown[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
