"""The upstream platform of a benchmark: publishes reports at a steady rate, confirmed, in a process of its own.

python -m tests.bench.publisher --uri amqp://… --rate 500 --seconds 20 [--grids 4]
"""

from __future__ import annotations

import argparse
import json
import time

import amqp

from shared.messaging.connection import connect
from tests.bench.reports import reports

SLICE = 0.01  # seconds between two bursts of due reports
WINDOW = 2_000  # reports on the way before their confirms are waited for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--uri", required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--grids", type=int, default=4)
    wanted = parser.parse_args()
    with connect(wanted.uri, heartbeat=0) as connection:
        print(json.dumps(publish(connection, wanted.rate, wanted.seconds, wanted.grids)))


def publish(connection: amqp.Connection, rate: float, seconds: float, grids: int) -> dict[str, float]:
    """What was sent and confirmed, and how long it took; never more than `rate` a second, less when it cannot."""
    channel, waiting = connection.channel(), set[int]()
    channel.confirm_select()
    channel.events["basic_ack"].add(lambda tag, multiple: _confirmed(waiting, tag, multiple))
    source, sent, began = reports(int(time.time())), 0, time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        for _ in range(int(passed * rate) - sent):
            report = next(source)
            message = amqp.Message(report.body, delivery_mode=2, message_id=report.external_id)
            channel.basic_publish(message, exchange="reports", routing_key=f"hotline.{report.lane}", mandatory=True)
            sent += 1
            waiting.add(sent)
            if len(waiting) >= WINDOW:
                break
        _read(connection, SLICE if len(waiting) < WINDOW else 1.0)
    took = time.monotonic() - began
    while waiting:
        connection.drain_events(timeout=20)
    return {"sent": sent, "seconds": took}


def _read(connection: amqp.Connection, seconds: float) -> None:
    """Confirms that arrive within so many seconds."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            connection.drain_events(timeout=left)
        except TimeoutError:
            return


def _confirmed(waiting: set[int], tag: int, multiple: bool) -> None:
    if multiple:
        waiting.difference_update([known for known in waiting if known <= tag])
    else:
        waiting.discard(tag)


if __name__ == "__main__":
    main()
