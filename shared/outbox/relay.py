"""The relay publishes what was committed: at once for what this process wrote, by a sweep for what was left over.

Confirms are pipelined: a whole window of messages goes out before the first confirm is waited for. A row is settled
only after its confirm. Doubles are harmless, because every consumer has an inbox.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import amqp
import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension

from shared import failpoints
from shared.db.extension import Database
from shared.messaging.connection import connect
from shared.messaging.envelope import BATCH, MAX_BYTES, MAX_EVENTS, SINGLE
from shared.messaging.transport import Connection
from shared.observability import metrics
from shared.outbox.lanes import FEED, WINDOW, Lanes
from shared.outbox.quarantine import Bodies
from shared.outbox.unit_of_work import FIRST_TRY, MESSAGES, QUERIES, Row, UnitOfWork, opener

log = logging.getLogger(__name__)
BACKLOG = 20_000  # rows kept in memory; beyond that the sweep finds them in the database
CONFIRM_TIMEOUT = 20.0  # seconds; a broker with a memory alarm confirms nothing
SETTLE_AFTER = 0.2  # seconds until confirmed rows are settled in a transaction of their own
SWEEP_EVERY = 2.0
SWEEP_LIMIT = 2_000
MAY_LACK_A_QUEUE = frozenset({"members", FEED})  # nobody connected yet: notify's tables are the truth


class Relay(SharedExtension):
    """One publishing connection per process; `publish` never waits for the broker."""

    database = Database()
    first_try = FIRST_TRY

    def __init__(self) -> None:
        super().__init__()
        self._rows = Lanes()
        self._confirmed: list[tuple[str, str]] = []
        self._wake = Signal()
        self._conn: Connection | None = None
        self._blocked = False
        self._stopping = False
        self.unit: Any = UnitOfWork  # what `on_settled` gets: the service's own, if it reacts to confirms
        self.on_committed: list[Any] = []  # called after every commit of this process: f()
        self.on_settled: list[Any] = []  # called in the settling transaction: f(unit_of_work, [(id, outcome)])

    # used by units of work

    def publish(self, rows: Sequence[Row]) -> None:
        if rows and len(self._rows) < BACKLOG:
            self._rows.put(rows)
            self._wake_up()
        for reaction in self.on_committed:
            reaction()

    def take_confirmed(self) -> list[tuple[str, str]]:
        if self.on_settled:  # settled by the relay itself, together with what the service does about it
            return []
        taken, self._confirmed = self._confirmed, []
        return taken

    def give_back(self, confirmed: list[tuple[str, str]]) -> None:
        self._confirmed.extend(confirmed)

    # life

    def setup(self) -> None:
        self.bodies = Bodies(self.container.config["settings"].key_ring)

    def open_work(self, unit: Any = UnitOfWork) -> Any:
        """A unit of work on this service's database that says through this relay."""
        pool = self.database.pool
        assert pool
        return opener(pool, self, self.container.config["settings"].address, unit)()

    def start(self) -> None:
        for loop in (self._publish_loop, self._settle_loop, self._sweep_loop):
            self.container.spawn_managed_thread(lambda run=loop: self._supervise(run), identifier=loop.__name__)

    def stop(self) -> None:
        """Say what is still in memory, at most two seconds; the rest is said by the sweep of whoever runs next."""
        end = time.monotonic() + 2
        while (self._rows or self._confirmed) and time.monotonic() < end:
            eventlet.sleep(0.05)
        self._stopping = True

    @property
    def problem(self) -> str | None:
        """Why nothing can be published now, or None."""
        if self._conn is None:
            return "no connection to the broker for publishing"
        return "the broker has blocked publishing (memory or disk alarm)" if self._blocked else None

    def _supervise(self, run: Any) -> None:
        while not self._stopping:
            try:
                run()
            except Exception as error:
                log.warning("relay: %s: %s; again in a second", type(error).__name__, error)
                eventlet.sleep(1)

    # publish

    def _publish_loop(self) -> None:
        try:
            with connect(self.container.config["settings"].amqp_uri) as self._conn:
                self._publish_on(self._conn)
        finally:
            self._conn, self._blocked = None, False
            self._rows.clear()  # they are in the outbox: the sweep brings them back

    def _publish_on(self, conn: Connection) -> None:
        channel = conn.channel()
        channel.confirm_select()
        ledger = Ledger(channel)
        conn.on_blocked, conn.on_unblocked = self._set_blocked, self._set_unblocked
        while not self._stopping:
            if self._rows:
                self._publish_window(conn, channel, ledger)
            else:
                self._idle(conn)

    def _set_blocked(self, reason: str) -> None:
        self._blocked = True

    def _set_unblocked(self) -> None:
        self._blocked = False

    def _idle(self, conn: Connection) -> None:
        self._wake = Signal()
        if not self._rows:
            with eventlet.Timeout(5, False):
                self._wake.wait()
        if not self._rows:
            _read_what_is_there(conn)
            conn.heartbeat_tick()

    def _publish_window(self, conn: Connection, channel: amqp.Channel, ledger: Ledger) -> None:
        groups = grouped(self._rows.take())
        while some := list(islice(groups, WINDOW // 2)):
            with conn.together():
                for group in some:
                    ledger.sent(channel, group)
            self._await_confirms(conn, ledger, WINDOW // 2)
        failpoints.reached("after_publish")
        self._await_confirms(conn, ledger, WINDOW // 2 if self._rows else 0)

    def _await_confirms(self, conn: Connection, ledger: Ledger, until: int) -> None:
        end = time.monotonic() + CONFIRM_TIMEOUT
        while len(ledger) > until:
            conn.drain_events(timeout=max(end - time.monotonic(), 0.01))
            self._note(ledger.take())
        self._note(ledger.take())

    def _note(self, answered: list[tuple[Row, str]]) -> None:
        refused: dict[str, int] = {}
        for row, outcome in answered:
            metrics.said.labels(row.exchange, _kind(row), outcome).inc()
            if outcome == "confirmed" or (outcome == "no_queue" and row.exchange in MAY_LACK_A_QUEUE):
                self._confirmed.append((row.id, outcome))
            else:
                what = f"{outcome}: {row.exchange} {_kind(row)}"
                refused[what] = refused.get(what, 0) + 1
        for what, count in refused.items():
            log.warning("not taken by the broker, said again later: %s (%d)", what, count)
        if answered:
            failpoints.reached("after_confirm")

    # settle and sweep

    def _settle_loop(self) -> None:
        while not self._stopping:
            eventlet.sleep(SETTLE_AFTER)
            taken, self._confirmed = self._confirmed, []
            if taken:
                try:
                    self._settle(taken)
                except BaseException:
                    self.give_back(taken)
                    raise

    def _settle(self, taken: list[tuple[str, str]]) -> None:
        with self.open_work(self.unit) as work:
            work.settle(taken)
            for reaction in self.on_settled:
                reaction(work, taken)
            work.commit()

    def _sweep_loop(self) -> None:
        while not self._stopping:
            eventlet.sleep(SWEEP_EVERY)
            if self.problem or len(self._rows) > SWEEP_LIMIT:
                continue
            with self.open_work() as work:
                rows = work.all(QUERIES.claim_unconfirmed, limit=SWEEP_LIMIT)
                work.commit()
            if rows:
                metrics.swept.inc(len(rows))
                self.publish([Row(*row) for row in rows])

    def _wake_up(self) -> None:
        if not self._wake.ready():
            self._wake.send()


class Ledger:
    """Which rows are on the way, by delivery tag, and what the broker said of them."""

    def __init__(self, channel: amqp.Channel):
        self._tag = 0
        self._waiting: dict[int, list[Row]] = {}
        self._returned: set[str] = set()
        self._done: list[tuple[Row, str]] = []
        channel.events["basic_ack"].add(lambda tag, multiple: self._answer(tag, multiple, "confirmed"))
        channel.events["basic_nack"].add(lambda tag, multiple: self._answer(tag, multiple, "refused"))
        channel.events["basic_return"].add(self._on_return)

    def __len__(self) -> int:
        return len(self._waiting)

    def sent(self, channel: amqp.Channel, rows: list[Row]) -> None:
        first = rows[0]
        batched = first.exchange == MESSAGES
        body = "[" + ",".join(row.body for row in rows) + "]" if batched else first.body
        message = amqp.Message(
            body.encode(), content_type=BATCH if batched else SINGLE, delivery_mode=2, message_id=first.id
        )
        channel.basic_publish(message, exchange=first.exchange, routing_key=first.routing_key, mandatory=True)
        self._tag += 1
        self._waiting[self._tag] = rows

    def take(self) -> list[tuple[Row, str]]:
        done, self._done = self._done, []
        return done

    def _on_return(self, *args: Any) -> None:
        self._returned.add(args[-1].properties.get("message_id", ""))

    def _answer(self, tag: int, multiple: bool, outcome: str) -> None:
        tags = [t for t in self._waiting if t <= tag] if multiple else [tag]
        for t in tags:
            rows = self._waiting.pop(t, [])
            lost = bool(rows) and rows[0].id in self._returned
            if lost:
                self._returned.discard(rows[0].id)
            self._done.extend((row, "no_queue" if lost else outcome) for row in rows)


def grouped(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of `messages` with the same key travel together, in order; those of other exchanges go one by one."""
    groups: dict[str, list[Row]] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        if row.exchange != MESSAGES:
            yield [row]
            continue
        key, size = row.routing_key, len(row.body) * 2  # bytes are at most about twice the characters in Chinese text
        if key in groups and (len(groups[key]) >= MAX_EVENTS or sizes[key] + size > MAX_BYTES):
            yield groups.pop(key)
        if key not in groups:
            groups[key], sizes[key] = [], 0
        groups[key].append(row)
        sizes[key] += size
    yield from groups.values()


def _kind(row: Row) -> str:
    """A label with few values: the message type for our own messages, otherwise the exchange."""
    return row.routing_key.rpartition(".")[0] if row.exchange == MESSAGES else row.exchange


def _read_what_is_there(conn: Connection) -> None:
    """Heartbeats and notices of the broker, without waiting for any."""
    try:
        while True:
            conn.drain_events(timeout=0.001)
    except TimeoutError:
        return
