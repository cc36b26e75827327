"""What every step of the minimal chain does: take what has arrived, one transaction, publish, confirm, acknowledge."""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import amqp
import orjson
import psycopg2

from shared.db.literals import literal
from shared.messaging.connection import connect
from shared.messaging.envelope import new_id, new_trace
from shared.messaging.topology import LANES
from shared.outbox.relay import grouped
from shared.outbox.unit_of_work import QUERIES, Row
from shared.settings import Settings

BATCH = 400  # events
Data = dict[str, Any]


class Link:
    """One service's connections, and the loop that runs its steps."""

    def __init__(self, settings: Settings):
        self.address = settings.address
        self._settings = settings
        self._database = psycopg2.connect(settings.database_url)
        self._cursor = self._database.cursor()
        self._steps: dict[str, Callable[[list[Data]], None]] = {}
        self._arrived: dict[str, deque[amqp.Message]] = {}
        self._said: list[Row] = []
        self._confirmed: list[str] = []
        self.on_settled: Callable[[list[str]], None] = lambda ids: None

    def hears(self, queue: str, step: Callable[[list[Data]], None], lanes: bool = True) -> None:
        for name in [f"{self._settings.service}.{queue}.{lane}" for lane in LANES] if lanes else [queue]:
            self._steps[name] = step
            self._arrived[name] = deque()

    def run(self) -> None:
        with connect(self._settings.amqp_uri, heartbeat=0) as connection:
            self._connection = connection
            self._out = connection.channel()
            self._out.confirm_select()
            self._waiting: dict[int, list[Row]] = {}
            self._tag = 0
            self._out.events["basic_ack"].add(self._on_ack)
            self._channels = {name: self._consume(name) for name in self._steps}
            while True:
                self._round()

    def _consume(self, queue: str) -> amqp.Channel:
        channel = self._connection.channel()
        channel.basic_qos(0, 400 if queue.startswith("reports.") else 50, False)
        channel.basic_consume(queue, callback=self._arrived[queue].append)
        return channel

    def _round(self) -> None:
        self._read(0.0 if any(self._arrived.values()) else 0.2)
        for queue, arrived in self._arrived.items():
            if arrived:
                self._batch(queue, arrived)
        if not any(self._arrived.values()) and self._confirmed:
            self._commit()

    def _batch(self, queue: str, arrived: deque[amqp.Message]) -> None:
        events: list[Data] = []
        while arrived and len(events) < BATCH:
            delivery = arrived.popleft()
            body = orjson.loads(delivery.body)
            events += body if isinstance(body, list) else [body]
        self._steps[queue](events)
        self._commit()
        self._channels[queue].basic_ack(delivery.delivery_tag, multiple=True)

    def _commit(self) -> None:
        said, self._said = self._said, []
        if said:
            self.write(QUERIES.say, [row._asdict() for row in said], wait=10)
        confirmed, self._confirmed = self._confirmed, []
        if confirmed:
            self._cursor.execute(QUERIES.settle, {"ids": literal(confirmed)})
            self.on_settled(confirmed)
            if self._said:  # what went out because of that
                self.write(QUERIES.say, [row._asdict() for row in self._said], wait=10)
                said, self._said = said + self._said, []
        self._database.commit()
        with self._connection.together():
            for group in grouped(said):
                self._publish(group)
        while self._waiting:
            self._connection.drain_events(timeout=20)

    def _publish(self, rows: list[Row]) -> None:
        first = rows[0]
        body = "[" + ",".join(row.body for row in rows) + "]" if first.exchange == "messages" else first.body
        message = amqp.Message(body.encode(), delivery_mode=2, message_id=first.id)
        self._out.basic_publish(message, exchange=first.exchange, routing_key=first.routing_key, mandatory=True)
        self._tag += 1
        self._waiting[self._tag] = rows

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for known in [t for t in self._waiting if t <= tag] if multiple else [tag]:
            self._confirmed += [row.id for row in self._waiting.pop(known, [])]

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                self._connection.drain_events(timeout=max(end - time.monotonic(), 0.0005))
            except TimeoutError:
                return
            if any(self._arrived.values()):
                end = 0.0

    # for steps

    def write(self, query: str, rows: list[Data], **values: Any) -> None:
        if rows:
            document = orjson.dumps(rows, default=str).decode()
            self._cursor.execute(query, {"rows": literal(document)} | values)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        self._cursor.execute(query, {name: literal(value) for name, value in values.items()})
        return self._cursor.fetchall()

    def heard(self, handler: str, events: list[Data]) -> None:
        """The inbox rows."""
        rows = [{"source": e["source"], "id": e["id"], "said_on": e["time"][:10]} for e in events]
        self.rows(QUERIES.first_time, handler=handler, events=orjson.dumps(rows).decode())

    def say(
        self, kind: str, about: str, case_id: str, sequence: int, lane: str, data: Data, cause: Data | None
    ) -> None:
        event = event_of(kind, self.address, about, data) | {
            "correlationid": case_id,
            "sequence": sequence,
            "lane": lane,
            "causationid": cause["id"] if cause else None,
        }
        self.put(event["id"], "messages", f"{kind}.{lane}", event)

    def put(self, row_id: str, exchange: str, key: str, event: Data) -> None:
        self._said.append(Row(row_id, exchange, key, orjson.dumps(event).decode()))


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def event_of(kind: str, address: str, about: str, data: Data) -> Data:
    head = {"specversion": "1.0", "datacontenttype": "application/json", "id": new_id(), "type": kind}
    return head | {"source": address, "time": now(), "data": data, "subject": about, "traceparent": new_trace()}
