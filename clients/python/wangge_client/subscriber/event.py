"""What a subscriber hears."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Event:
    """One thing that has happened to a case; `data` has every field, and no personal ones."""

    id: str
    position: int
    transition: str
    number: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Event":
        """The event in a message; KeyError when it is none of the feed."""
        data = event["data"]
        return cls(event["id"], data["position"], data["transition"], data["number"], data)


class Cut(NamedTuple):
    """Some of what was to be heard is gone: between these positions (`first` is None: not known), because of the bound
    of the queue (`maxlen`, `expired`), because it came back too often (`delivery_limit`), or because the town keeps it
    no longer (`kept`)."""

    first: int | None
    last: int
    reason: str
