"""Logs: one JSON line each, with the case number and the trace where there is one. Never personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import psycopg2
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


def fault(error: BaseException) -> str:
    """What an error was and where, without the values that it was about: these may be personal.

    The texts of our own errors say no values; of the database's the first line is kept as far as it names things.
    """
    name = type(error).__name__
    if isinstance(error, psycopg2.Error):
        primary = (error.diag.message_primary or "").partition(': "')[0]
        return f"{name} {error.pgcode or ''}: {primary}".replace(" :", ":")
    if type(error).__module__.startswith(("services.", "shared.")):
        return f"{name}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{name} at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else name


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
