"""Working off what is due: transaction after transaction, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from shared.outbox.unit_of_work import UnitOfWork

Work = TypeVar("Work", bound=UnitOfWork)
MOST = 20  # transactions of one call, so that a long backlog lets its timer breathe, and its process stop


def work_off(
    some: Callable[[Work], int], open_work: Callable[[], AbstractContextManager[Work]], rounds: int = MOST
) -> int:
    """How much was done in all. `some` does some of it in the transaction that it is given, and says how much: 0 when
    nothing is left that no other replica is at."""
    done = 0
    for _ in range(rounds):
        with open_work() as work:
            now_done = some(work)
            work.commit()
        done += now_done
        if not now_done:
            break
    return done
