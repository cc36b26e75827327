"""The pipeline of one process: looks at what is due each second, and at once when something was added here."""

from __future__ import annotations

import logging
from collections.abc import Callable

import eventlet

from services.notify.store import OpenWork
from services.notify.use_cases.engine import Engine
from services.notify.use_cases.linking import Pages
from services.notify.use_cases.piping import pipe
from shared.db.failures import FAULT, classify
from shared.observability.logs import fault
from shared.sealing import KeyRing

log = logging.getLogger(__name__)


class Pipeline:
    """`nudge` after a commit that has added notifications. A town without channels costs a question a second;
    `has_channels`: what was answered last."""

    def __init__(self, open_work: OpenWork, keys: KeyRing, pages: Pages, engine: Engine):
        self._open_work, self._keys, self._pages, self._engine = open_work, keys, pages, engine
        self.has_channels = True  # until it is known
        self._turning = self._again = self.stopping = False

    def tick(self) -> None:
        """Once a second: what is due, whoever has added it."""
        with self._open_work() as work:
            self.has_channels, due = work.pipeline_state()
        if due:
            self.turn()

    def nudge(self) -> None:
        """Look soon; comes back at once."""
        if not self._again:
            self._again = True
            if not self._turning:
                eventlet.spawn_n(_guarded, self.turn)

    def turn(self) -> None:
        """All that is due now."""
        self._again = True
        if self._turning:
            return  # whoever is at it looks once more
        self._turning = True
        try:
            while self._again and not self.stopping:
                self._again = False
                piped = pipe(self._keys, self._pages, self._open_work)
                self._again = piped.more or self._again
                if piped.messages:
                    eventlet.spawn_n(_guarded, self._engine.turn)
        finally:
            self._turning = self._again = False


def _guarded(call: Callable[[], None]) -> None:
    """Nobody waits for it: what fails is logged, and the next second looks again."""
    try:
        call()
    except Exception as error:
        level = logging.ERROR if classify(error) == FAULT else logging.WARNING
        log.log(level, "notifications wait for the next second: %s", fault(error))
