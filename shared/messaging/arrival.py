"""What came from outside (an upstream, a member's client): raw, because only the service knows how to read it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from shared.messaging.envelope import Event


@dataclass(slots=True)
class Arrival:
    """One message from outside. `publisher` is the member or source whose broker user sent it, if the broker has
    checked that (property user_id)."""

    body: bytes
    routing_key: str
    publisher: str | None = None
    message_id: str | None = None
    handler: str = ""
    attempts: int = 0
    event: Event = field(init=False)

    def __post_init__(self) -> None:
        """The identity under which it is parked: its content, since it may not have another."""
        digest = hashlib.sha256(self.body).hexdigest()[:32]
        now = dt.datetime.now(dt.UTC).isoformat()
        self.message_id = (self.message_id or "").replace("\0", "") or None
        self.event = Event(id=self.message_id or digest, type="raw", source=self.routing_key, time=now, data={})

    @property
    def key(self) -> str:
        return f"{self.routing_key}/{self.event.id}/{id(self)}"
