"""The three steps on FastStream: quorum queues, confirms, acknowledged after the commit, asyncpg on uvloop."""

from __future__ import annotations

import logging
import os
from typing import Any

import asyncpg  # type: ignore[import-not-found]
import uvloop  # type: ignore[import-not-found]
from faststream import AckPolicy, FastStream  # type: ignore[import-not-found]
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue  # type: ignore[import-not-found]

from tests.bench.peers.settings import STEPS, read
from tests.bench.peers.steps import Steps, statements

CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "8"))
PREFETCH = int(os.environ.get("BENCH_PREFETCH", "32"))

_settings = read()
_steps = Steps(_settings.town, _settings.members)
_statements = statements()
_pools: list[Any] = []  # one, opened when the loop runs

broker = RabbitBroker(
    _settings.amqp_uri,
    apply_types=False,  # no validation: bodies are plain dictionaries, as they are for the other peers
    default_channel=Channel(prefetch_count=PREFETCH, publisher_confirms=True),
    log_level=logging.DEBUG,  # of its line for each message: below what is logged
    logger=logging.getLogger("faststream"),
)
app = FastStream(broker, logger=None)
QUEUES = {step: RabbitQueue(_settings.queue(step), queue_type=QueueType.QUORUM, durable=True) for step in STEPS}


@app.on_startup
async def _open_pool() -> None:
    _pools.append(await asyncpg.create_pool(_settings.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS))


async def _run(step: str, values: dict[str, Any]) -> str | None:
    text, names = _statements[step]
    body: str | None = await _pools[0].fetchval(text, *[values[name] for name in names])
    return body


@broker.subscriber(QUEUES["register"], ack_policy=AckPolicy.NACK_ON_ERROR)
async def register(report: dict[str, Any]) -> None:
    values, message = _steps.register(report)
    await _run("register", values)
    await broker.publish(message, queue=QUEUES["assign"], persist=True)


@broker.subscriber(QUEUES["assign"], ack_policy=AckPolicy.NACK_ON_ERROR)
async def assign(message: dict[str, Any]) -> None:
    values, message = _steps.assign(message)
    await _run("assign", values)
    await broker.publish(message, queue=QUEUES["notify"], persist=True)


@broker.subscriber(QUEUES["notify"], ack_policy=AckPolicy.NACK_ON_ERROR)
async def notify(message: dict[str, Any]) -> None:
    values, member = _steps.notify(message)
    body = await _run("notify", values)
    await broker.publish((body or "").encode(), exchange="members", routing_key=member, persist=True)


async def send(report: dict[str, Any]) -> None:
    await broker.publish(report, queue=QUEUES["register"], persist=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    uvloop.run(app.run())
