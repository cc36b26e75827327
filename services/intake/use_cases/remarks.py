"""What a reporter adds to a case, through the platform that reported it."""

from __future__ import annotations

from typing import Any

from services.intake.errors import CaseUnknown
from services.intake.store import OpenWork
from shared.masking import mask
from shared.messaging.envelope import new_id


def add_remark(said: dict[str, Any], source: str, open_work: OpenWork) -> str:
    """A remark becomes a step of the case's history that changes nothing: whatever status the reporter names, the town
    decides about the case. Gives back our id of it; the same `update_id` is the same remark. Raises CaseUnknown."""
    with open_work() as work:
        case, now = work.case_of_report(said["service_request_id"], source), work.now()
        if case is None:
            raise CaseUnknown(said["service_request_id"])
        status = said["status"].lower()
        remark = {"id": new_id(), "source": source, "update_id": said["update_id"], "case_id": case["id"]}
        remark |= {"status": status, "said_at": said["updated_datetime"] or now, "heard_at": now}
        remark_id, new = work.add_remark(remark | {"media": said["media_url"]})
        if new:
            step = {"case_id": case["id"], "at": now, "round": case["round"], "who": source}
            step |= {"from_state": case["state"], "to_state": case["state"], "cause": f"reporter says {status}"}
            work.add_history([step | {"note": mask(said["description"])}])
        work.commit()
    return remark_id
