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
    "intake.case_merged.v1": "merged",
    "intake.case_cancelled.v1": "cancelled",
    "intake.case_transferred.v1": "transferred",
    "intake.information_asked.v1": "awaiting_info",
    "dispatch.work_pooled.v1": "accepted",  # nobody has it yet
    "dispatch.work_assigned.v1": "dispatched",
    "dispatch.work_acknowledged.v1": "in_progress",
    "dispatch.work_suspended.v1": "suspended",
    "dispatch.work_resumed.v1": "in_progress",
    "dispatch.work_resolved.v1": "resolved",
    "dispatch.work_sent_back.v1": "in_progress",
    "dispatch.work_verified.v1": "resolved",
    "dispatch.work_withdrawn.v1": "accepted",  # nobody has it, if it still is on the line
    "dispatch.work_cancelled.v1": "cancelled",
    "callback.follow_up_planned.v1": "follow_up_pending",
    "callback.case_answered.v1": "follow_up_pending",
    "callback.rework_asked.v1": "dispatched",
}
DESCRIBING = ("intake.case_submitted.v1", "intake.case_registered.v1", "intake.case_corrected.v1")
EMPTY = {
    "number": None,
    "source": None,
    "level": None,
    "grid_id": None,
    "described": 0,
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
        state, case_id, describes = STATES.get(event.type), event.correlationid, event.type in DESCRIBING
        if not (state or describes) or case_id is None or event.sequence is None:
            continue
        row = rows.setdefault(case_id, {"id": case_id} | EMPTY)
        if describes:
            _describe(row, event)
        service = event.type.partition(".")[0]
        if state and event.sequence > row[f"{service}_seq"]:
            row[f"{service}_seq"], row[f"{service}_state"] = event.sequence, state
            if service != "intake":
                row[f"{service}_round"] = event.data.get("round")
    return list(rows.values())


def latest_grids(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Where grids lie, the latest word about each."""
    said = (event.data for event in events if event.type == "dispatch.grid_changed.v1")
    rows: list[dict[str, Any]] = [
        {name: data.get(name) for name in ("grid_id", "version", "parent_id")} for data in said
    ]
    return list({row["grid_id"]: row for row in sorted(rows, key=lambda row: row["version"])}.values())


def _describe(row: dict[str, Any], event: Event) -> None:
    """What the case is about, as the latest of these messages says; a correction does not name the source."""
    row["number"], row["source"] = event.data.get("number"), event.data.get("source") or row["source"]
    if event.sequence and event.sequence > row["described"]:
        row.update(described=event.sequence, level=event.data.get("level"), grid_id=event.data.get("grid_id"))
