"""Messages as classes: each service keeps its own, with only the fields it reads or says.

    class CaseRegistered(Message):
        TYPE = "intake.case_registered.v1"
        number = fields.String(required=True)

`CaseRegistered.heard(event)` gives an object with the fields as attributes and the envelope as `.event`;
`CaseRegistered.say(...)` gives an Event to put into the outbox.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError

from shared.messaging.envelope import NORMAL, Event, new_id, new_trace
from shared.messaging.quick import compiled


class Malformed(Exception):
    """The data of an event do not fit its schema; the text names each field and what is wrong."""


class Heard:
    """One message that was heard: its fields, its envelope, and where it was heard."""

    __slots__ = ("__dict__", "attempts", "event", "handler")

    def __init__(self, event: Event, values: dict[str, Any], handler: str = "", attempts: int = 0):
        self.event = event
        self.handler = handler
        self.attempts = attempts
        self.__dict__ = values

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.event.type} was read without a field {name!r}: add it to messages.py")

    def __repr__(self) -> str:
        return f"<{self.event.type} {self.event.id} about {self.event.subject}>"

    @property
    def case_id(self) -> str:
        return self.event.correlationid or ""

    @property
    def key(self) -> str:
        """At most one message with the same key is handed over in a batch."""
        return self.event.correlationid or self.event.id


class Message(Schema):
    """Base of all messages between services. Unknown fields are left aside, so that producers may add some."""

    TYPE: ClassVar[str] = ""

    class Meta:
        unknown = EXCLUDE

    _schemas: ClassVar[dict[type, Schema]] = {}
    _loaders: ClassVar[dict[type, Callable[[dict[str, Any]], dict[str, Any] | None]]] = {}

    @classmethod
    def schema(cls) -> Schema:
        """The one instance: constructing a schema costs more than reading a message."""
        if cls not in Message._schemas:
            Message._schemas[cls] = cls()
        return Message._schemas[cls]

    @classmethod
    def heard(cls, event: Event, handler: str = "", attempts: int = 0) -> Heard:
        """The message of an event. Raises Malformed."""
        if cls not in Message._loaders:
            Message._loaders[cls] = compiled(cls.schema())
        values = Message._loaders[cls](event.data)
        if values is None:
            try:
                values = cls.schema().load(event.data)
            except ValidationError as error:
                raise Malformed(f"{event.type}: {error.normalized_messages()}") from error
        return Heard(event, values, handler, attempts)

    @classmethod
    def say(
        cls,
        said_by: str,
        about: str,
        case_id: str | None,
        sequence: int | None,
        lane: str = NORMAL,
        cause: Event | None = None,
        /,
        **data: Any,
    ) -> Event:
        """An Event of this type. `about` is the case number (or a record's key), `sequence` counts what the service
        `said_by` says about the case. Raises TypeError for data that the message class does not declare."""
        if undeclared := data.keys() - cls.schema().fields.keys():
            raise TypeError(f"{cls.TYPE} does not declare {sorted(undeclared)}: add it to messages.py")
        return Event(
            id=new_id(),
            type=cls.TYPE,
            source=said_by,
            time=dt.datetime.now(dt.UTC).isoformat(),
            data=data,
            subject=about,
            correlationid=case_id,
            causationid=cause.id if cause else None,
            sequence=sequence,
            lane=lane,
            traceparent=new_trace(cause.traceparent if cause else None),
        )
