"""Timers of services: `@timer(interval=…)` as nameko has it, and whatever fails in one is logged and counted.

nameko itself goes on in silence (its own log lines, which would show arguments, are off). The next tick comes all the
same: what was due and not done is due still, because it stands in the database.
"""

from __future__ import annotations

import logging
from typing import Any

from nameko import timer as nameko_timer

from shared.db.failures import FAULT, classify
from shared.observability import metrics
from shared.observability.logs import fault

log = logging.getLogger(__name__)


class Timer(nameko_timer.Timer):
    """Calls a method every `interval` seconds, or as soon as its last call is over."""

    def handle_result(self, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        """A call is over: counted, and when it failed its reason is logged, without the values that it was about."""
        error = exc_info[1] if exc_info else None
        kind = classify(error) if error else "done"
        metrics.ticks.labels(self.method_name, kind).inc()
        if error:
            level = logging.ERROR if kind == FAULT else logging.WARNING
            log.log(level, "timer %s failed (%s): %s; it is called again", self.method_name, kind, fault(error))
        return super().handle_result(worker_ctx, result, exc_info)


timer = Timer.decorator
