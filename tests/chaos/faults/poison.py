"""Bodies that nobody can read, and readable ones that must be refused, stand between good ones: no JSON, NUL, NaN, a
hundred thousand brackets, ten megabytes, an unknown version, wrong types."""

from __future__ import annotations

import json

import pika

from deploy.provision.names import SERVICES
from tests.chaos.servers.processes import wait_until
from tests.chaos.traffic import SOURCE
from tests.chaos.world import World

HEAD = {"specversion": "1.0", "source": "/elsewhere/intake", "time": "2026-11-23T00:00:00Z"}
BODIES = (
    b"",
    b"{",
    b"\x00\x01\x02",
    b'{"a": NaN}',
    b"[" * 100_000,
    b"x" * 10_000_000,
    b"x" * 500_000,
    b'"text"',
    json.dumps(HEAD | {"id": "p-1", "type": "intake.case_registered.v9", "data": {}}).encode(),
    json.dumps(HEAD | {"id": "p-2", "type": "intake.case_registered.v1", "data": {"title": 7}}).encode(),
    json.dumps(HEAD | {"id": "p-3", "type": "dispatch.work_assigned.v1", "data": {"title": "\x00"}}).encode(),
)
MOST = 524_288  # bytes: max_message_size
PARKED = "SELECT count(*), count(*) FILTER (WHERE reason = '') FROM parked WHERE kind = 'unreadable'"


def _publish(world: World, who: tuple[str, ...], exchange: str, key: str, body: bytes) -> None:
    """The broker itself refuses what is above its bound."""
    with world.town.broker(*who) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        try:
            channel.basic_publish(exchange, key, body, pika.BasicProperties(delivery_mode=2))
        except pika.exceptions.AMQPError:
            assert len(body) > MOST, f"a body of {len(body)} bytes was refused"


def run(world: World) -> None:
    world.traffic.publish(world.traffic.make(10, bad=True))
    for body in BODIES:
        _publish(world, ("sources", SOURCE), "reports", f"{SOURCE}.normal", body)
    queues = [name for name in world.town.queues() if name.startswith(SERVICES) and not name.endswith(".dead")]
    for queue in queues:
        for body in BODIES:
            _publish(world, (), "", queue, body)
    world.traffic.publish(world.traffic.make(10))
    wait_until(lambda: not any(world.town.queues()[queue] for queue in queues), 60, "the poison is taken in")
    for service in SERVICES:
        parked, without_reason = world.town.rows(service, PARKED)[0]
        world.note("parked", service=service, count=parked)
        assert parked, f"{service} parked nothing"
        assert not without_reason, f"{service} parked {without_reason} without a reason"
        world.discard(service, "unreadable")
