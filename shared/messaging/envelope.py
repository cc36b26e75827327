"""The envelope of every message: CloudEvents 1.0 in JSON, alone or as a batch."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import Any

import orjson
import uuid_utils

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
URGENT, NORMAL = "urgent", "normal"
LANES = (URGENT, NORMAL)
MAX_BYTES = 256 * 1024
MAX_EVENTS = 50
MAX_DEPTH_BYTES = 1024 * 1024
MAX_ATTRIBUTE = 256  # characters: an id is a key, and an index takes no more than some two thousand bytes


class Unreadable(Exception):
    """The body is no CloudEvent; the text says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent. `sequence` counts what its source says about the case `correlationid`."""

    id: str
    type: str
    source: str
    time: str
    data: dict[str, Any]
    subject: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    sequence: int | None = None
    lane: str = NORMAL
    traceparent: str | None = None

    def encode(self, time: str | None = None) -> bytes:
        """The body of a message; `time` replaces the event's own, which the clock of this process gave."""
        body: dict[str, Any] = {"specversion": "1.0", "datacontenttype": "application/json"}
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None:
                body[name] = value
        if time:
            body["time"] = time
        return orjson.dumps(body)


def new_id() -> str:
    """A UUIDv7: unique, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())


def new_trace(parent: str | None = None) -> str:
    """A W3C traceparent: a new span in the parent's trace, or in a new one."""
    trace = parent.split("-")[1] if parent and parent.count("-") == 3 else os.urandom(16).hex()
    return f"00-{trace}-{os.urandom(8).hex()}-01"


def decode(body: bytes) -> list[Event]:
    """The events of a body, one or a batch. Raises Unreadable."""
    if len(body) > MAX_DEPTH_BYTES:
        raise Unreadable(f"the body has {len(body)} bytes; at most {MAX_DEPTH_BYTES} are read")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    return [_event(item) for item in (parsed if isinstance(parsed, list) else [parsed])]


def _event(item: Any) -> Event:
    if not isinstance(item, dict):
        raise Unreadable("a CloudEvent is a JSON object")
    if item.get("specversion") != "1.0":
        raise Unreadable("the CloudEvent attribute 'specversion' must be \"1.0\"")
    for name in ("id", "type", "source"):
        if not isinstance(item.get(name), str) or not item[name]:
            raise Unreadable(f"the CloudEvent attribute {name!r} is missing or no text")
        if len(item[name]) > MAX_ATTRIBUTE:
            raise Unreadable(f"the CloudEvent attribute {name!r} is longer than {MAX_ATTRIBUTE} characters")
        if "\0" in item[name]:
            raise Unreadable(f"there is a NUL character in the CloudEvent attribute {name!r}: send plain text")
    data = item.get("data")
    if not isinstance(data, dict):
        raise Unreadable("the CloudEvent attribute 'data' must be an object")
    sequence = item.get("sequence")
    return Event(
        id=item["id"],
        type=item["type"],
        source=item["source"],
        time=_time(item.get("time")),
        data=data,
        subject=_text(item, "subject"),
        correlationid=_text(item, "correlationid"),
        causationid=_text(item, "causationid"),
        sequence=sequence if isinstance(sequence, int) else None,
        lane=URGENT if item.get("lane") == URGENT else NORMAL,
        traceparent=_text(item, "traceparent"),
    )


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value.replace("\0", "") if isinstance(value, str) else None


def _time(value: Any) -> str:
    """The event's time, RFC 3339 with offset; without one it is now."""
    if not isinstance(value, str):
        return dt.datetime.now(dt.UTC).isoformat()
    try:
        time = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable("the CloudEvent attribute 'time' is no RFC 3339 time: 2026-11-23T09:00:00+08:00") from error
    if time.tzinfo is None:
        raise Unreadable("the CloudEvent attribute 'time' needs an offset, e.g. 2026-11-23T09:00:00+08:00")
    return value
