"""The broker and database that tests run on: the ones that the environment names, or this checkout's own.

Taking the private ones away and bringing them back is for tests of faults; they skip where the servers are not ours.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.local import stack, supervision

BROKER, DATABASE = "rabbitmq", "postgres"


def restart(program: str, kill: bool = False) -> None:
    """End the private BROKER or DATABASE, orderly or as a power cut would, and wait until it is back."""
    if not kill:
        with away(program):
            return
    _need_own()
    pid = supervision.process(stack.GROUP, program)["pid"]
    os.killpg(pid, signal.SIGKILL)  # the daemon starts it again by itself
    supervision.wait_for(lambda: supervision.process(stack.GROUP, program)["pid"] not in (0, pid), 30, program)
    stack.wait_ready()


@contextmanager
def away(program: str) -> Iterator[None]:
    """The private BROKER or DATABASE is gone inside the block, and answers again after it."""
    _need_own()
    supervision.stop_process(stack.GROUP, program)
    try:
        yield
    finally:
        supervision.start_process(stack.GROUP, program)
        stack.wait_ready()


def _need_own() -> None:
    if not stack.is_private():
        pytest.skip("the broker and database belong to somebody else: unset AMQP_ADMIN_URL, AMQP_URI, DATABASE_URL")
