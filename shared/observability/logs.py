"""Logs: one JSON line each, with the case number and the trace where there is one. Never personal data."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from shared.messaging.envelope import Event

QUIET = {
    "nameko.containers": logging.CRITICAL,  # logs every handler error with its arguments; the listener says it better
    "nameko.web": logging.WARNING,
    "amqp": logging.WARNING,
    "eventlet": logging.WARNING,
    "chardet": logging.WARNING,
}


def about(event: Event) -> dict[str, str | None]:
    """What a line about an event carries: the case number, the event, and the trace that follows the case."""
    trace = event.traceparent.split("-")[1] if event.traceparent and event.traceparent.count("-") == 3 else None
    return {"case": event.subject, "event": event.id, "trace": trace}


def configure(service: str, town: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service, "town": town},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            json_ensure_ascii=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
