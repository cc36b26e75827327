"""Sources are told how their reports fare: each thread in order, the next number after the last was taken."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify import channels
from services.notify.domain.notices import about_report
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.noticing import tell
from shared.messaging.message import Heard

PATROL = "patrol"  # the source that members report as: they hear in their own queues
BODY = (
    "external_id",
    "feedback_number",
    "number",
    "state",
    "open311_status",
    "text_zh",
    "text_en",
    "reasons",
    "reference",
)


def feed_back(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Feedback for sources goes out in order, or waits for what comes before it; members hear theirs as notices."""
    with open_work() as work:
        new = work.first_time(heard)
        tell([(about_report(vars(message)), message.event) for message in new if _of_member(message)], work)
        due, now = [message for message in new if not _of_member(message)], work.now()
        rows = [_row(message) | {"heard_at": now} for message in due]
        work.lock_threads(rows)
        work.add_feedback(rows)
        again = work.delivered_before([message.feedback_id for message in due if message.again])
        channels.send_feedback(again + work.release_feedback(rows), work)
        work.commit()
    return ["done" for _ in heard]


def settle(work: Work, outcomes: Sequence[tuple[str, str]]) -> None:
    """The broker has taken deliveries: noted, and the next feedback of each thread goes out."""
    names = {"confirmed": "delivered"}
    rows = [{"id": row_id, "outcome": names.get(outcome, outcome)} for row_id, outcome in outcomes]
    settled = work.settle_deliveries(rows)
    taken = [row["item_id"] for row in settled if row["channel"] == channels.FEEDBACK_QUEUE]
    threads = work.settle_feedback(taken)
    work.lock_threads(threads)
    channels.send_feedback(work.release_feedback(threads), work)
    channels.count(settled)


def _of_member(message: Heard) -> bool:
    return message.source == PATROL and "/" in message.external_id


def _row(message: Heard) -> Row:
    """The thread is the external id; unreadable reports have none, and are kept apart by their reference."""
    thread = message.external_id or f"? {message.reference}"
    body = {name: getattr(message, name) for name in BODY}
    identity = {"id": message.feedback_id, "source": message.source, "thread": thread}
    return identity | {"number": message.feedback_number, "kind": message.kind, "body": body}
