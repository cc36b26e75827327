"""What members find on patrol: the generic report, with the member's name from the broker instead of a reporter."""

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
