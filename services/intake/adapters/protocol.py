"""What every adapter does, and the envelope that all of them are sent in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from services.intake.domain.registration import Reason, Refusal, Report, Source
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Unreadable, decode

Data = dict[str, Any]
Read = Callable[[Data, Source, str, str | None], Report | Refusal]
Write = Callable[[Data, Source], Data]


class Adapter(NamedTuple):
    """`read(data, source, reference, publisher)`: the report in a platform's JSON object, or why it cannot be read;
    `reference` is the message's id, `publisher` the broker user or caller who sent it.
    `write(feedback, source)`: what the platform is told, in its own shape, from the feedback's fields."""

    read: Read
    write: Write


def unwrap(arrival: Arrival, source: Source) -> tuple[Data, str] | Refusal:
    """The data of the one CloudEvent in a message and its id, or why there are none."""
    try:
        events = decode(arrival.body)
    except (Unreadable, RecursionError) as error:
        repair = "send one CloudEvent 1.0 in JSON (ARCHITECTURE.md, section 3)"
        return Refusal(source.name, "", arrival.event.id, [Reason("body", str(error), repair)])
    if len(events) != 1:
        reason = Reason("body", f"there are {len(events)} events", "send one report a message")
        return Refusal(source.name, "", arrival.event.id, [reason])
    return events[0].data, events[0].id
