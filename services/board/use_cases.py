"""What the board does: it keeps every message, and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.board.domain.fold import fold, latest_grids
from services.board.store import OpenWork
from shared.messaging.envelope import Event
from shared.messaging.message import Heard

NOT_KEPT = ("contact", "phone")  # sealed, and still nobody's business here


def keep_journal(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Every message of every service becomes one line of the journal."""
    with open_work() as work:
        work.unpark(heard)
        new = work.add_journal([_row(message.event) for message in heard])
        events = [m.event for m in heard if (m.event.source, m.event.id) in new]
        work.fold_cases(fold(events))
        work.put_grids(latest_grids(events))
        work.commit()


def _row(event: Event) -> dict[str, Any]:
    return {
        "source": event.source,
        "event_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "case_id": event.correlationid,
        "sequence": event.sequence,
        "said_at": event.time,
        "data": {name: value for name, value in event.data.items() if name not in NOT_KEPT},
    }
