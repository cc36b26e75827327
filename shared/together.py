"""What many callers want at the same moment is done together: what has come while the last batch was at work is the
next batch; when it is quiet, that is a batch of one.

For callers who wait for their answer (HTTP); what comes by the broker is batched by `messaging/reader.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import eventlet
from eventlet.semaphore import Semaphore
from psycopg2.errors import LockNotAvailable

from shared.db.failures import AGAIN, OUTAGE, classify
from shared.observability import metrics

Wanted = TypeVar("Wanted")
Answer = TypeVar("Answer")
RACES = 10  # how often a batch that lost a race for locks is repeated before it is halved


class _Call(Generic[Wanted, Answer]):
    """What one caller wants, and what came of it: an answer or an error."""

    def __init__(self, wanted: Wanted):
        self.wanted = wanted
        self.answers: tuple[Answer, ...] = ()
        self.error: BaseException | None = None
        self.alone = False  # its caller does it, without a turn

    @property
    def settled(self) -> bool:
        return bool(self.answers) or self.error is not None or self.alone

    def result(self) -> Answer:
        if self.error is not None:
            raise self.error
        return self.answers[0]


class Together(Generic[Wanted, Answer]):
    """`together(wanted)` gives the answer to one; `do` is called with a list, and gives an answer for each of it.

    `do` is one transaction. A batch that fails is halved until what fails stands alone: its caller gets the error, the
    others their answers. When the database is away, all of the batch hear it. When somebody holds for long what one of
    them needs, each goes on alone, so that nobody waits for another's lock; for that `do` has to wait briefly when it
    is told to (its second argument; `UnitOfWork.wait_briefly`): always while others may wait for the turn. `name` is
    the label of the metrics.
    """

    def __init__(self, do: Callable[[list[Wanted], bool], Sequence[Answer]], most: int, name: str):
        self._do, self._most, self._name = do, most, name
        self._waiting: deque[_Call[Wanted, Answer]] = deque()
        self._turn = Semaphore(1)  # whoever has it does what all who wait want; they come in order, and find it done

    def __call__(self, wanted: Wanted) -> Answer:
        call = _Call[Wanted, Answer](wanted)
        self._waiting.append(call)
        with self._turn:
            while not call.settled:  # more than once only when callers before it have been ended
                self._settle_next()
        if call.alone:
            self._settle([call], briefly=False)
        return call.result()

    def _settle_next(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
        started = time.monotonic()
        try:
            self._settle(batch)
        except BaseException as error:  # this greenlet is being ended: nobody must wait for what it had taken
            for call in batch:
                call.error = call.error or (None if call.settled else error)
            raise
        metrics.batch_seconds.labels(self._name).observe(time.monotonic() - started)
        metrics.batch_events.labels(self._name).observe(len(batch))

    def _settle(self, batch: list[_Call[Wanted, Answer]], briefly: bool = True) -> None:
        error = self._tried(batch, briefly)
        if error is None:
            return
        if briefly and isinstance(error, LockNotAvailable):
            for call in batch:
                call.alone = True
            return
        if len(batch) == 1 or classify(error) == OUTAGE:
            for call in batch:
                call.error = error
            return
        middle = len(batch) // 2
        self._settle(batch[:middle])
        self._settle(batch[middle:])

    def _tried(self, batch: list[_Call[Wanted, Answer]], briefly: bool) -> Exception | None:
        """None when all have their answers."""
        for race in range(RACES + 1):
            try:
                answers = self._do([call.wanted for call in batch], briefly)
                break
            except Exception as error:
                if classify(error) != AGAIN or race == RACES:
                    return error
            eventlet.sleep(0.01 * (race + 1))
        for call, answer in zip(batch, answers, strict=True):
            call.answers = (answer,)
        return None
