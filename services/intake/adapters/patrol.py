"""What members find on patrol: the generic report, with the member's name from the broker instead of a reporter."""

from __future__ import annotations

from dataclasses import replace

from services.intake.adapters import generic
from services.intake.domain.registration import Reason, Refusal, Report, Source
from shared.messaging.arrival import Arrival


def read(arrival: Arrival, source: Source) -> Report | Refusal:
    """The report of a member; its external ids are the member's own, so they are kept apart by the member's name."""
    reading, member = generic.read(arrival, source), arrival.publisher
    if isinstance(reading, Refusal):
        return replace(reading, external_id=f"{member}/{reading.external_id}") if member else reading
    if not member:
        reason = Reason("user_id", "the message does not say which member sent it", "set the AMQP property user_id")
        return Refusal(source.name, reading.external_id, arrival.event.id, [reason])
    return replace(reading, external_id=f"{member}/{reading.external_id}", reported_by=member, reporter={})
