"""One transaction: what was heard, what changes, and what is said about it are committed together or not at all."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from shared import failpoints
from shared.db.literals import literal
from shared.db.pool import Pool
from shared.db.queries import Queries
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Event, new_id
from shared.messaging.message import Heard
from shared.outbox.quarantine import Bodies

QUERIES = Queries(Path(__file__).parent / "sql" / "queries.sql")
MESSAGES = "messages"
FIRST_TRY = 10.0  # seconds for the process itself to publish what it has written; then the sweep takes over
BRIEFLY = 2000  # milliseconds
EARLY_STEPS = (0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)
FAULT_STEPS = (10, 60, 600, 3600)

Item = TypeVar("Item", Heard, Arrival)


class Row(NamedTuple):
    """One outbox row, as the relay publishes it."""

    id: str
    exchange: str
    routing_key: str
    body: str


class NullRelay:
    """For commands outside of a service: rows stay in the outbox, the running service's sweep says them."""

    first_try = 0.0

    def __init__(self, key_ring: str = ""):
        self.bodies = Bodies(key_ring)

    def publish(self, rows: Sequence[Row]) -> None:
        """Nothing to do: see above."""

    def take_confirmed(self) -> list[tuple[str, str]]:
        return []

    def give_back(self, confirmed: list[tuple[str, str]]) -> None:
        """Nothing was taken."""


class UnitOfWork:
    """Base of every service's store. Nothing is kept unless `commit` was called.

    Statements whose results nobody needs travel with the next one that asks something, or with the commit: each way to
    the database and back costs both sides more than most statements do, and locks are held meanwhile.
    """

    def __init__(self, conn: Any, relay: Any, address: str):
        self._cur = conn.cursor()
        self._relay = relay
        self._unsent: list[bytes] = [b"BEGIN"]
        self._said: list[Row] = []
        self._now: dt.datetime | None = None
        self._moved: dict[str, str] = {}  # cases about which something was heard, with the handler
        self.address = address

    # gather

    def now(self) -> dt.datetime:
        """When this unit of work happens, by the database's clock: everything that it records and says has this time.
        Clocks of processes differ."""
        if self._now is None:
            self._now = self.one(QUERIES.now)[0]
        return self._now

    def wait_briefly(self) -> None:
        """Locks that somebody else holds are waited for no longer than `BRIEFLY`; then LockNotAvailable is raised."""
        self.run(QUERIES.wait_briefly, milliseconds=BRIEFLY)

    def rules(self) -> dict[str, Any]:
        """The rule set in force; an empty one before any was loaded."""
        row = self.one(QUERIES.rules)
        return row[1] if row else {}

    def first_time(self, messages: Sequence[Item]) -> list[Item]:
        """Those of the messages that this handler has not heard before, in order; they are noted as heard."""
        if not messages:
            return []
        self.unpark(messages)
        handler = messages[0].handler
        rows = self.all(QUERIES.first_time, handler=handler, events=_identities(messages))
        new = {row[:2] for row in rows}
        self._now = self._now or (rows[0][2] if rows else None)
        firsts = {(m.event.source, m.event.id): m for m in reversed(messages)}
        first = [m for m in messages if (i := (m.event.source, m.event.id)) in new and firsts[i] is m]
        self._moved |= {m.event.correlationid: handler for m in first if m.event.correlationid}
        return first

    def unpark(self, messages: Sequence[Item]) -> None:
        """Messages that come from the table `parked` leave it with this transaction."""
        parked = [m for m in messages if m.attempts]
        if parked:
            self.run(QUERIES.unpark, handler=parked[0].handler, events=_identities(parked))

    # record

    def too_early(self, messages: Sequence[Heard], reason: str) -> None:
        """These cannot be understood yet: forgotten, parked, and tried again soon, then less and less often."""
        if not messages:
            return
        for message in messages:
            self._moved.pop(message.case_id, None)
        self.run(QUERIES.forget, handler=messages[0].handler, events=_identities(messages))
        self.run(QUERIES.park, rows=to_json([parked_row(m, "too_early", reason, self._relay.bodies) for m in messages]))

    def set_aside(self, arrival: Arrival, reason: str) -> None:
        """What nobody can be answered about waits for an operator."""
        self.run(QUERIES.park, rows=to_json([parked_row(arrival, "unreadable", reason, self._relay.bodies)]))

    def say(
        self,
        events: Iterable[Event],
        exchange: str = MESSAGES,
        key: Callable[[Event], str] | None = None,
        row_id: Callable[[Event], str] | None = None,
    ) -> None:
        """Events to be published after the commit; the routing key is `<type>.<lane>` unless `key` makes another.

        `row_id` names the outbox row (a UUID), for events that are said more than once or whose confirm is awaited.
        """
        for event in events:
            routing_key = key(event) if key else f"{event.type}.{event.lane}"
            body = event.encode(self.now().isoformat()).decode()
            self._said.append(Row(row_id(event) if row_id else event.id, exchange, routing_key, body))

    def parked(self, parked_id: str) -> list[dict[str, Any]]:
        """The parked event with this id, its body opened. A service that keeps an audit notes that it was shown."""
        rows = self.dicts(QUERIES.show_parked, id=parked_id)
        return [row | {"body": self._relay.bodies.open(bytes(row["body"]), row["id"])} for row in rows]

    def parked_bodies(self, at_once: int = 200) -> Iterator[tuple[str, bytes, bytes]]:
        """Id, body and stored body of everything that is parked."""
        after = "00000000-0000-0000-0000-000000000000"
        while rows := self.all(QUERIES.parked_after, after=after, limit=at_once):
            for row_id, stored in rows:
                yield row_id, self._relay.bodies.open(bytes(stored), row_id), bytes(stored)
            after = rows[-1][0]

    def discard_parked(self, parked_id: str) -> int:
        return self.count(QUERIES.discard_parked, id=parked_id)

    def reseal_parked(self) -> int:
        """Parked bodies that an older key has sealed, or none, are sealed with the current one; gives how many."""
        bodies, resealed = self._relay.bodies, 0
        for row_id, body, stored in self.parked_bodies():
            if not bodies.is_current(stored):
                closed = base64.b64encode(bodies.close(body, row_id)).decode()
                resealed += self.count(QUERIES.put_parked_body, id=row_id, body=closed)
        return resealed

    def load_rules(self, name: str, rules: dict[str, Any]) -> None:
        self.run(QUERIES.load_rules, name=name, rules=to_json(rules))

    def commit(self) -> None:
        """Write the outbox, commit, and hand what was said to the relay."""
        self._write_down()
        confirmed = self._relay.take_confirmed()
        try:
            self.settle(confirmed)
            failpoints.reached("before_commit")
            self._send(b"COMMIT")
        except BaseException:
            self._relay.give_back(confirmed)
            raise
        failpoints.reached("after_commit")
        said, self._said = self._said, []
        self._relay.publish(said)

    def rehearse(self) -> None:
        """As `commit`, and nothing is kept: what the database would refuse is refused here too."""
        self._write_down()
        self._send(b"ROLLBACK")

    def _write_down(self) -> None:
        if self._said:
            self.run(QUERIES.say, rows=to_json([row._asdict() for row in self._said]), wait=self._relay.first_try)
        if self._moved:
            self.run(QUERIES.wake_parked, handler=next(iter(self._moved.values())), cases=list(self._moved))

    def settle(self, confirmed: Sequence[tuple[str, str]]) -> None:
        """Outbox rows (id, outcome) that the broker has confirmed."""
        if confirmed:
            self.run(QUERIES.settle, ids=[row_id for row_id, _ in confirmed])

    # machinery

    def run(self, query: str, **values: Any) -> None:
        """A statement that gives nothing back; sent later, so that its errors may come from a later one."""
        self._unsent.append(self._written(query, values))

    def count(self, query: str, **values: Any) -> int:
        """How many rows a statement touched."""
        self._send(self._written(query, values))
        return self._cur.rowcount

    def all(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        self._send(self._written(query, values))
        return self._cur.fetchall()

    def one(self, query: str, **values: Any) -> Any:
        self._send(self._written(query, values))
        return self._cur.fetchone()

    def dicts(self, query: str, **values: Any) -> list[dict[str, Any]]:
        self._send(self._written(query, values))
        names = [column.name for column in self._cur.description]
        return [dict(zip(names, row, strict=True)) for row in self._cur.fetchall()]

    def _written(self, query: str, values: dict[str, Any]) -> bytes:
        return self._cur.mogrify(query, {name: literal(value) for name, value in values.items()})

    def _send(self, statement: bytes) -> None:
        """What is still unsent, and this statement; the cursor then has the result of this one."""
        statements, self._unsent = [*self._unsent, statement], []
        self._cur.execute(b"\n;".join(statements))


Unit = TypeVar("Unit", bound=UnitOfWork)


def opener(pool: Pool, relay: Any, address: str, unit: Callable[..., Unit]) -> Callable[[], Any]:
    """A function that opens a unit of work: `with open_work() as work: … work.commit()`."""

    @contextmanager
    def open_work() -> Iterator[Unit]:
        with pool.connection() as conn:
            yield unit(conn, relay, address)

    return open_work


def to_json(rows: Any) -> str:
    """Rows travel to the database as one JSON parameter: one string to quote, whatever the number of rows.

    A NUL character cannot be stored by PostgreSQL; the domain refuses it before it comes here.
    """
    return orjson.dumps(rows, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def parked_row(message: Heard | Arrival, kind: str, reason: str, bodies: Bodies) -> dict[str, Any]:
    """The row of `parked` for a message; how long it waits depends on how often it was tried."""
    steps = {"too_early": EARLY_STEPS, "unreadable": ()}.get(kind, FAULT_STEPS)
    wait = steps[message.attempts] if message.attempts < len(steps) else None
    body = message.event.encode() if isinstance(message, Heard) else message.body
    row_id = new_id()
    return {
        "id": row_id,
        "handler": message.handler,
        "source": message.event.source,
        "event_id": message.event.id,
        "kind": kind,
        "reason": reason[:2000].replace("\0", ""),
        "case_id": message.event.correlationid,
        "publisher": getattr(message, "publisher", None),
        "routing_key": getattr(message, "routing_key", None) or f"{message.event.type}.{message.event.lane}",
        "body": base64.b64encode(bodies.close(body, row_id)).decode(),
        "attempts": message.attempts,
        "wait": wait,
    }


def _identities(messages: Sequence[Item]) -> str:
    return to_json([{"source": m.event.source, "id": m.event.id, "said_on": m.event.time[:10]} for m in messages])
