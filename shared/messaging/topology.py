"""Exchanges, queues and bindings: declared whole, from the contracts, before any service starts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import amqp
import yaml

from shared.messaging.connection import connect
from shared.messaging.envelope import LANES

CONTRACTS = Path(__file__).parents[1] / "contracts"
EXCHANGES = ("reports", "messages", "actions", "members", "feedback", "feed")
BETWEEN = [("feed", "members", "#")]  # (to, from, key): MQTT clients, who know one exchange alone, hear notices there
NAME = re.compile(r"^[a-z0-9][a-z0-9-]{1,38}$")  # a name goes into permission patterns and routing keys
DELIVERY_LIMIT = 50  # poison is parked by the service; this is for what kills the process before it can
REPORT_LIMIT = 20_000  # reports waiting per source and lane; more are refused and stay with the source
FEEDBACK_LIMIT = 100_000
WEEK = 7 * 24 * 3600 * 1000  # milliseconds
MEMBER_LIMIT, MEMBER_TTL = 1_000, WEEK  # notices
FEED_LIMIT, FEED_TTL = 100_000, WEEK  # events waiting for a subscriber
CUT_LIMIT = 1_000  # of what its queue has let go: more than its reader may hold, which comes back and may go last


class Queue(NamedTuple):
    """One queue with its arguments and its bindings (exchange, routing key)."""

    name: str
    arguments: dict[str, Any]
    bindings: list[tuple[str, str]]


def queues_of_services(contracts: Path = CONTRACTS) -> list[Queue]:
    """Every queue that the AsyncAPI documents say a service reads, and a dead queue per service."""
    queues: dict[str, Queue] = {}
    for path in sorted(contracts.glob("*.asyncapi.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        service = document["info"]["x-service"]
        queues[f"{service}.dead"] = Queue(f"{service}.dead", {"x-queue-type": "quorum"}, [])
        for operation in document["operations"].values():
            if operation["action"] == "receive" and "x-queue" in operation:
                for queue in _queues_of(operation, service):
                    known = queues.setdefault(queue.name, queue)
                    known.bindings.extend(b for b in queue.bindings if b not in known.bindings)
    return list(queues.values())


def _queues_of(operation: dict[str, Any], service: str) -> list[Queue]:
    base, exchange, keys = operation["x-queue"], operation["x-exchange"], operation["x-keys"]
    if exchange != "messages":
        return [Queue(base, _work(service), [(exchange, key) for key in keys])]
    return [Queue(f"{base}.{lane}", _work(service), [(exchange, f"{key}.{lane}") for key in keys]) for lane in LANES]


def queues_of_source(source: str) -> list[Queue]:
    """A source's own report queues, one per lane, and the queue where it hears its feedback."""
    check_name(source)
    bounded = {"x-overflow": "reject-publish"}
    reports = [
        Queue(
            f"reports.{source}.{lane}",
            _work("intake") | bounded | {"x-max-length": REPORT_LIMIT},
            [("reports", f"{source}.{lane}")],
        )
        for lane in LANES
    ]
    feedback = {"x-queue-type": "quorum", "x-max-length": FEEDBACK_LIMIT} | bounded
    return [*reports, Queue(f"feedback.{source}", feedback, [("feedback", source)])]


def queue_of_member(member: str) -> Queue:
    """A member's queue: bounded in length and age; notify's table is the truth, the client catches up from it."""
    check_name(member)
    return Queue(
        f"members.{member}", {"x-max-length": MEMBER_LIMIT, "x-message-ttl": MEMBER_TTL}, [("members", member)]
    )


def queues_of_subscriber(subscriber: str) -> list[Queue]:
    """A subscriber's queue, bounded in length and age: what has to go is the oldest, and the last of what went are in a
    queue beside it: up to the newest of them something is missing."""
    check_name(subscriber)
    name = f"feed.{subscriber}"
    bounds = {"x-max-length": FEED_LIMIT, "x-message-ttl": FEED_TTL, "x-delivery-limit": DELIVERY_LIMIT}
    gone = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}.cut"}
    quorum = {"x-queue-type": "quorum", "x-overflow": "drop-head"}
    return [Queue(f"{name}.cut", quorum | {"x-max-length": CUT_LIMIT}, []), Queue(name, quorum | bounds | gone, [])]


def check_name(name: str) -> None:
    """Raises ValueError for a name that could say more than a name in a permission pattern or routing key."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} must match {NAME.pattern}: small letters, digits and hyphens, 2 to 39 of them")


def declare(amqp_uri: str, sources: list[str], members: list[str] | None = None) -> int:
    """Declare everything; what exists with the same arguments stays. Returns how many queues there are."""
    queues = [
        *queues_of_services(),
        *(q for s in sources for q in queues_of_source(s)),
        *(queue_of_member(m) for m in members or []),
    ]
    with connect(amqp_uri) as conn:
        channel = conn.channel()
        for exchange in EXCHANGES:
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        for destination, source, key in BETWEEN:
            channel.exchange_bind(destination, source, key)
        for queue in queues:
            declare_queue(channel, queue)
        conn.close()
    return len(queues)


def declare_source(amqp_uri: str, source: str) -> None:
    """The queues of one source, in a town that has the rest."""
    with connect(amqp_uri) as conn:
        channel = conn.channel()
        for queue in queues_of_source(source):
            declare_queue(channel, queue)
        conn.close()


def declare_subscriber(amqp_uri: str, subscriber: str, bind: list[str], unbind: list[str]) -> int:
    """The queues of one subscriber, and what is to change among its bindings; how many queues there are."""
    queues = queues_of_subscriber(subscriber)
    with connect(amqp_uri) as conn:
        channel = conn.channel()
        for queue in queues:
            declare_queue(channel, queue)
        for key in bind:
            channel.queue_bind(f"feed.{subscriber}", "feed", key)
        for key in unbind:
            channel.queue_unbind(f"feed.{subscriber}", "feed", key)
        conn.close()
    return len(queues)


def declare_queue(channel: amqp.Channel, queue: Queue) -> None:
    channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=queue.arguments)
    for exchange, key in queue.bindings:
        channel.queue_bind(queue.name, exchange, key)


def _work(service: str) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": f"{service}.dead",
    }
