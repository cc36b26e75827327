"""Which way feedback goes: by webhook to the sources that have one, into its queue to all others."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify.channels.queues import FEEDBACK_QUEUE, to_queues
from services.notify.store import Row, Work
from shared.messaging.envelope import new_id

WEBHOOK = "webhook"
FEEDBACK = (FEEDBACK_QUEUE, WEBHOOK)  # channels after whose delivery the next feedback of a thread goes out


def send_feedback(rows: Sequence[Row], work: Work) -> None:
    """Feedback (id, source, thread, number, kind, body) on its source's way; said again, it keeps its id."""
    hooked = work.webhook_sources({row["source"] for row in rows})
    to_queues([row for row in rows if row["source"] not in hooked], work)
    sent = [
        {"id": new_id(), "channel": WEBHOOK, "item_id": row["id"]} | {k: row[k] for k in ("source", "thread", "number")}
        for row in rows
        if row["source"] in hooked
    ]
    new = work.add_webhooks(sent)
    work.add_deliveries([row for row in sent if row["id"] in new])
