"""Queues: a member's own, a source's feedback queue. Each attempt is a delivery, settled by the broker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.notify.channels import metrics
from services.notify.store import Row, Work
from shared.messaging.envelope import Event, new_id, new_trace

MEMBER_QUEUE, FEEDBACK_QUEUE = "member_queue", "feedback_queue"
EXCHANGES = {MEMBER_QUEUE: "members", FEEDBACK_QUEUE: "feedback"}


def send_notices(rows: Sequence[Row], work: Work) -> None:
    """Notices (id, member_id, notice_number, kind, body) into their members' queues."""
    _send(MEMBER_QUEUE, [(row["member_id"], notice_event(row, work.address)) for row in rows], work)


def to_queues(rows: Sequence[Row], work: Work) -> None:
    """Feedback (id, source, kind, body) into the queues of its sources; said again, it keeps its id."""
    _send(FEEDBACK_QUEUE, [(row["source"], feedback_event(row, work.address)) for row in rows], work)


def feedback_event(row: Row, address: str) -> Event:
    """The CloudEvent of feedback, the same however it travels."""
    about = row["body"]["number"] or row["body"]["external_id"]
    return _event(row["id"], f"feedback.{row['kind']}.v1", about, row["body"], address)


def notice_event(row: Row, address: str) -> Event:
    """The CloudEvent of a notice, the same however it travels."""
    body = {"notice_number": row["notice_number"], "kind": row["kind"]} | row["body"]
    return _event(row["id"], f"notice.{row['kind']}.v1", row["body"].get("number"), body, address)


def count(settled: Sequence[Row]) -> None:
    metrics.count((row["channel"], row["outcome"]) for row in settled)


def _send(channel: str, events: Sequence[tuple[str, Event]], work: Work) -> None:
    rows = [{"id": new_id(), "channel": channel, "item_id": event.id} for _, event in events]
    work.add_deliveries(rows)
    own = {event.id: (receiver, row["id"]) for (receiver, event), row in zip(events, rows, strict=True)}
    work.say(
        [event for _, event in events],
        EXCHANGES[channel],
        key=lambda event: own[event.id][0],
        row_id=lambda event: own[event.id][1],
    )


def _event(event_id: str, kind: str, about: str | None, data: dict[str, Any], address: str) -> Event:
    now = dt.datetime.now(dt.UTC).isoformat()
    return Event(event_id, kind, address, now, data, subject=about or None, traceparent=new_trace())
