"""A timer that fails says why, is counted, and goes on at the next tick."""

from __future__ import annotations

import logging

import eventlet
import psycopg2
import pytest
from nameko.containers import ServiceContainer

from shared.observability import metrics
from shared.observability.logs import QUIET
from shared.timers import timer

PHONE = "13900001111"


class Ticking:
    name = "ticking"
    calls: list[int] = []

    @timer(interval=0.01, eager=True)
    def tick_for_test(self) -> None:
        self.calls.append(len(self.calls))
        if len(self.calls) == 1:
            raise ValueError(f"no such reporter: {PHONE}")
        if len(self.calls) == 2:
            raise psycopg2.OperationalError(f"server closed the connection while it looked for {PHONE}")


def counted(outcome: str) -> float:
    return metrics.ticks.labels("tick_for_test", outcome)._value.get()


def test_what_fails_is_said_counted_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    for name, level in QUIET.items():  # as in a service: nameko's own lines would show what it was about
        caplog.set_level(level, name)
    container = ServiceContainer(Ticking, config={})
    with caplog.at_level(logging.WARNING, "shared.timers"), eventlet.Timeout(20):
        container.start()
        while len(Ticking.calls) < 5:
            eventlet.sleep(0.01)
        container.stop()
    fault, outage = [record for record in caplog.records if record.name == "shared.timers"]
    assert (fault.levelname, outage.levelname) == ("ERROR", "WARNING")
    said = fault.getMessage()
    assert said.startswith("timer tick_for_test failed (fault): ValueError at test_timers.py:")
    assert said.endswith("in tick_for_test; it is called again")
    assert "timer tick_for_test failed (outage): OperationalError" in outage.getMessage()
    assert PHONE not in caplog.text
    assert (counted("fault"), counted("outage")) == (1, 1) and counted("done") >= 3


def test_every_service_has_its_timers_from_here() -> None:
    """nameko's own say nothing when they fail."""
    from services.callback.service import CallbackService
    from services.dispatch.service import DispatchService
    from services.intake.service import IntakeService
    from services.notify.service import NotifyService
    from shared.timers import Timer

    for service in (IntakeService, DispatchService, CallbackService, NotifyService):
        kinds = {
            type(entrypoint)
            for name in dir(service)
            for entrypoint in getattr(getattr(service, name), "nameko_entrypoints", ())
            if type(entrypoint).__name__ == "Timer"
        }
        assert kinds == {Timer}, service
