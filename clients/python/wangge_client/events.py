"""CloudEvents 1.0 in structured JSON: the form of everything that goes over the wire."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/cloudevents+json"


def now_text() -> str:
    """The time now, RFC 3339 with this machine's offset."""
    return datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")


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
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def decode(body: bytes) -> dict[str, Any]:
    """The event in a message body; ValueError when it is none."""
    event = json.loads(body)
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict) or not event.get("id"):
        raise ValueError("not a CloudEvent with id and data")
    return event
