"""The table `parked`: what failed, cannot be read, came too early, or was given up by the broker. Never dropped."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import eventlet
from nameko.extensions import SharedExtension

from shared.db.failures import FAULT, classify
from shared.messaging.arrival import Arrival
from shared.messaging.message import Heard
from shared.outbox.relay import Relay
from shared.outbox.unit_of_work import QUERIES, parked_row, to_json
from shared.sealing import SealError

log = logging.getLogger(__name__)
LIMIT = 200


class Parking(SharedExtension):
    """Parks in a transaction of its own; gives back what is due, leased for a minute."""

    relay = Relay()

    def park(self, messages: Sequence[Heard | Arrival], kind: str, reason: str) -> None:
        rows = to_json([parked_row(m, kind, reason, self.relay.bodies) for m in messages])
        while True:
            try:
                with self.relay.open_work() as work:
                    work.run(QUERIES.park, rows=rows)
                    work.commit()
                return
            except Exception as error:
                if classify(error) == FAULT:
                    raise
                log.warning("parking waits for the database: %s", error)
                eventlet.sleep(1)

    def due(self) -> Iterator[tuple[str, list[Arrival]]]:
        """Parked bodies whose time has come, by handler."""
        with self.relay.open_work() as work:
            rows = work.dicts(QUERIES.claim_parked, limit=LIMIT)
            work.commit()
        rows.sort(key=lambda row: row["handler"])
        for handler, group in groupby(rows, key=lambda row: row["handler"]):
            yield handler, [arrival for row in group if (arrival := self._arrival(row))]

    def _arrival(self, row: dict[str, Any]) -> Arrival | None:
        try:
            body = self.relay.bodies.open(bytes(row["body"]), row["id"])
        except SealError as error:
            log.error("parked %s cannot be tried again: %s", row["id"], error)
            return None
        return _arrival(row, body)


def _arrival(row: dict[str, Any], body: bytes) -> Arrival:
    return Arrival(
        body=body,
        routing_key=row["routing_key"],
        publisher=row["publisher"],
        message_id=row["event_id"],
        handler=row["handler"],
        attempts=row["attempts"],
    )
