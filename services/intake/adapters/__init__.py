"""One file per kind of upstream: read a report. `adapter_of(kind)` gives the one for a source."""

from __future__ import annotations

from collections.abc import Callable

from services.intake.adapters import generic, patrol
from services.intake.domain.registration import Refusal, Report, Source
from shared.messaging.arrival import Arrival

Reading = Report | Refusal
Adapter = Callable[[Arrival, Source], Reading]

_ADAPTERS: dict[str, Adapter] = {"patrol": patrol.read}


def adapter_of(kind: str) -> Adapter:
    """The adapter of a kind of source; platforms without a language of their own send the generic CloudEvent."""
    return _ADAPTERS.get(kind, generic.read)
