"""The upstream platform of a benchmark: publishes reports at a steady rate, confirmed, in a process of its own.

python -m tests.bench.publisher --uri amqp://… --rate 500 --seconds 20 [--grids 4]
python -m tests.bench.publisher --uri amqp://… --once-each 4 --grids 105      # so many for each grid, at once
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator

import amqp

from shared.messaging.connection import connect
from tests.bench.reports import Sent, reports

SLICE = 0.01  # seconds between two bursts of due reports
WINDOW = 2_000  # reports on the way before their confirms are waited for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--uri", required=True)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--once-each", type=int, default=0, metavar="REPORTS")
    parser.add_argument("--grids", type=int, default=4)
    parser.add_argument("--area", type=float, nargs=2, help="degrees, wide and high, instead of grids in a row")
    wanted = parser.parse_args()
    with connect(wanted.uri, heartbeat=0) as connection:
        publisher = Publisher(connection)
        if wanted.once_each:
            told = publish_at_once(publisher, wanted.once_each, wanted.grids)
        else:
            source = reports(int(time.time()), wanted.grids, area=wanted.area)
            told = publish(publisher, wanted.rate, wanted.seconds, source)
        print(json.dumps(told))


class Publisher:
    """One confirmed channel; `waiting` are the numbers of reports without confirm."""

    def __init__(self, connection: amqp.Connection):
        self._connection, self._channel = connection, connection.channel()
        self.sent, self.waiting = 0, set[int]()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._confirmed)

    def send(self, report: Sent) -> None:
        message = amqp.Message(report.body, delivery_mode=2, message_id=report.external_id)
        self._channel.basic_publish(message, "reports", f"hotline.{report.lane}", mandatory=True)
        self.sent += 1
        self.waiting.add(self.sent)

    def read(self, seconds: float) -> None:
        """Confirms that arrive within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                return

    def finish(self) -> None:
        """Until everything is confirmed. Raises TimeoutError."""
        while self.waiting:
            self._connection.drain_events(timeout=20)

    def _confirmed(self, tag: int, multiple: bool) -> None:
        if multiple:
            self.waiting.difference_update([known for known in self.waiting if known <= tag])
        else:
            self.waiting.discard(tag)


def publish(publisher: Publisher, rate: float, seconds: float, source: Iterator[Sent]) -> dict[str, float]:
    """What was sent and confirmed, and how long it took; never more than `rate` a second, less when it cannot."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        for _ in range(int(passed * rate) - publisher.sent):
            publisher.send(next(source))
            if len(publisher.waiting) >= WINDOW:
                break
        publisher.read(SLICE if len(publisher.waiting) < WINDOW else 1.0)
    took = time.monotonic() - began
    publisher.finish()
    return {"sent": publisher.sent, "seconds": took}


def publish_at_once(publisher: Publisher, each: int, grids: int) -> dict[str, float]:
    """So many reports for each grid, in turn, as fast as they can be sent."""
    began = time.monotonic()
    for source in [reports(grid, 1, first_grid=grid) for grid in range(grids)] * each:
        publisher.send(next(source))
    publisher.finish()
    return {"sent": publisher.sent, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    main()
