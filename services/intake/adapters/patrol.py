"""What members find on patrol (网格员巡查): the generic report, with the member's name from the broker, not a
reporter.

Rules: the town's own. A member's phone may be offline for hours: it gives each report an id of its own and the time
when it was made, and sends it when it can, as often as it takes. `settled` says that it was found and settled on the
spot (即办).

    {"external_id": "p-0007", "category": "0107", "kind": "report", "title": "路边堆放木料已清理",
     "description": "占用半幅村道。", "place": {"text": "球川村村道", "lon": 118.405, "lat": 28.925},
     "reported_at": "2026-11-23T08:58:12+08:00", "media": ["photo/patrol-33.jpg"],
     "settled": {"note": "户主当场搬回院内。", "evidence": ["photo/patrol-34.jpg"]}}
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.intake.adapters import generic
from services.intake.domain.registration import Reason, Refusal, Report, Source

KIND = "patrol"


def read(data: dict[str, Any], source: Source, reference: str, publisher: str | None) -> Report | Refusal:
    """The report of a member; its external ids are the member's own, so they are kept apart by the member's name."""
    reading = generic.read(data, source, reference)
    if isinstance(reading, Refusal):
        return owned(reading, publisher)
    if not publisher:
        reason = Reason("user_id", "the message does not say which member sent it", "set the AMQP property user_id")
        return Refusal(source.name, reading.external_id, reference, [reason])
    return replace(reading, external_id=f"{publisher}/{reading.external_id}", reported_by=publisher, reporter={})


def owned(refusal: Refusal, publisher: str | None) -> Refusal:
    """A refusal that its member hears, even when the report's own number cannot be read."""
    return replace(refusal, external_id=f"{publisher}/{refusal.external_id}") if publisher else refusal
