"""What can be counted of the messages about a case: who said what last, per service and independent of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.messaging.envelope import Event

STATES = {  # type of a message → the state that it tells
    "intake.case_submitted.v1": "submitted",
    "intake.case_registered.v1": "accepted",
    "intake.case_rejected.v1": "rejected",
    "intake.case_closed.v1": "closed",
    "dispatch.work_assigned.v1": "dispatched",
    "dispatch.work_acknowledged.v1": "in_progress",
    "dispatch.work_resolved.v1": "resolved",
    "dispatch.work_sent_back.v1": "in_progress",
    "dispatch.work_verified.v1": "resolved",
    "callback.follow_up_planned.v1": "follow_up_pending",
    "callback.case_answered.v1": "follow_up_pending",
    "callback.rework_asked.v1": "dispatched",
}
OPENING = ("intake.case_submitted.v1", "intake.case_registered.v1")
EMPTY = {
    "number": None,
    "source": None,
    "level": None,
    "grid_id": None,
    "intake_seq": 0,
    "intake_state": None,
    "dispatch_seq": 0,
    "dispatch_state": None,
    "dispatch_round": None,
    "callback_seq": 0,
    "callback_state": None,
    "callback_round": None,
}


def fold(events: Iterable[Event]) -> list[dict[str, Any]]:
    """One row for each case: the latest word of each service, by its own count."""
    rows: dict[str, dict[str, Any]] = {}
    for event in events:
        state, case_id = STATES.get(event.type), event.correlationid
        if state is None or case_id is None or event.sequence is None:
            continue
        row = rows.setdefault(case_id, {"id": case_id} | EMPTY)
        if event.type in OPENING:
            row |= {name: event.data.get(name) for name in ("number", "source", "level", "grid_id")}
        service = event.type.partition(".")[0]
        if event.sequence > row[f"{service}_seq"]:
            row[f"{service}_seq"], row[f"{service}_state"] = event.sequence, state
            if service != "intake":
                row[f"{service}_round"] = event.data.get("round")
    return list(rows.values())
