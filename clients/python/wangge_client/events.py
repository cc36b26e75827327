"""CloudEvents 1.0 in structured JSON: the form of everything that goes over the wire."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

from wangge_client import errors

CONTENT_TYPE = "application/cloudevents+json"
LARGEST = 256 * 1024  # bytes of what is said; the broker ends a connection that brings a message above its own bound


def now_text() -> str:
    """The time now, RFC 3339 with this machine's offset."""
    return datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")


def check_size(text: str) -> None:
    """Raises BadReport for what is too large to be sent at all."""
    if (size := len(text.encode())) > LARGEST:
        raise errors.BadReport(
            f"{size} bytes are too many, at most {LARGEST} can be sent: name photos, do not include them"
        )


def encode(event_id: str, source: str, event_type: str, time: str, data: Mapping[str, Any]) -> bytes:
    """One event as the bytes of a message body."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": event_type,
        "time": time,
        "datacontenttype": "application/json",
        "data": data,
    }
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    check_size(text)
    return text.encode()


def decode(body: bytes) -> dict[str, Any]:
    """The event in a message body; ValueError when it is none."""
    event = json.loads(body)
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict) or not event.get("id"):
        raise ValueError("not a CloudEvent with id and data")
    return event
