"""Thousands of subscribers of one town, each to one transition of one area: by stream, by MQTT, from their own queues.

They are made with the same functions as by `make subscribers` and `subscriptions add`, many at once: one import of
definitions for all users, one connection for all queues, one transaction for hundreds of subscriptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice, product
from typing import Any, NamedTuple

from deploy.provision import broker, database, rights
from deploy.provision.hearing import KIND, Hearing, hearing
from deploy.provision.names import user_of, vhost_of
from deploy.provision.servers import Management, login_of
from services.notify import use_cases
from services.notify.domain.subscribing import Who, Wish
from services.notify.domain.subscriptions import DESK, SYSTEM, Filter, Receiver
from services.notify.store import Work
from services.notify.use_cases import Asked
from shared.db.pool import Pool
from shared.messaging.connection import connect
from shared.messaging.topology import declare_queue, queues_of_subscriber
from shared.outbox.unit_of_work import NullRelay, opener
from tests.support.town import TemporaryTown

AT_ONCE = 500  # subscriptions in a transaction
SSE, MQTT, AMQP = "sse", "mqtt", "amqp"
HEARD = ("case_registered", "work_assigned")  # what happens to each case while nobody works
Choice = tuple[str | None, str | None]  # an area, a transition; none: all


class Subscriber(NamedTuple):
    """One outside system: how it hears, and what."""

    name: str
    way: str
    area: str | None
    transition: str | None

    @property
    def chosen(self) -> dict[str, list[str]]:
        said, area = ([part] if part else [] for part in (self.transition, self.area))
        return {"transitions": said, "categories": [], "areas": area}


def spread(counts: dict[str, int], grids: int) -> list[Subscriber]:
    """So many by each way, evenly over the grids and over what happens."""
    areas = [f"g{number:03d}" for number in range(1, grids + 1)]
    found: list[Subscriber] = []
    for way, count in counts.items():
        choices: Iterator[Choice] = cycle(product(areas, HEARD))
        found += [Subscriber(f"{way}{n:04d}", way, *chosen) for n, chosen in enumerate(islice(choices, count))]
    return found


class Audience:
    """Subscribers of a town that runs: they are known to the broker and to notify; `targets` is what their clients
    connect to."""

    def __init__(self, town: TemporaryTown, subscribers: Sequence[Subscriber]):
        self._town, self.subscribers = town, subscribers
        parents = database.areas_of_notify(town.secrets)
        self._hears = {one.name: hearing(one.chosen, parents) for one in subscribers}
        self._make_users()
        self._make_queues()
        self._subscribe()

    def of(self, way: str) -> list[Subscriber]:
        return [one for one in self.subscribers if one.way == way]

    def targets(self) -> dict[str, list[Any]]:
        """What each way's clients connect to, in the order of `of(way)`."""
        return {way: [getattr(self, f"_{way}")(one) for one in self.of(way)] for way in (SSE, MQTT, AMQP)}

    def _make_users(self) -> None:
        town = self._town
        named = [one.name for one in self.subscribers if one.way != SSE]
        users: broker.Users = {
            (KIND, name): (name, rights.of_subscriber(town.name, name, self._hears[name])) for name in named
        }
        broker.have_users(town.servers, town.name, town.secrets, users)
        listeners = Management(town.servers.amqp_admin_url).get("overview")["listeners"]
        self._port = next(one["port"] for one in listeners if one["protocol"] == "mqtt")

    def _make_queues(self) -> None:
        with connect(self._town.servers.amqp_admin(vhost_of(self._town.name))) as connection:
            channel = connection.channel()
            for one in self.of(AMQP):
                for queue in queues_of_subscriber(one.name):
                    declare_queue(channel, queue)
                for key in self._hears[one.name].bindings():
                    channel.queue_bind(f"feed.{one.name}", "feed", key)

    def _subscribe(self) -> None:
        pool = Pool(self._town.secrets.read("notify", "database_url"), 1, "bench")
        open_work = opener(pool, NullRelay(), f"/{self._town.name}/notify", Work)
        asked = [Asked(_wish(one, self._hears[one.name]), "bench") for one in self.subscribers]
        for first in range(0, len(asked), AT_ONCE):
            use_cases.subscribe(asked[first : first + AT_ONCE], Who("bench", DESK), open_work)
        pool.close()

    def _sse(self, one: Subscriber) -> list[Any]:
        replicas = self._town.of("notify")
        address = replicas[int(one.name[-4:]) % len(replicas)].http
        return [address, "/notify/feed/stream", self._town.token("subscriber", one.name)]

    def _mqtt(self, one: Subscriber) -> list[Any]:
        user, password = login_of(self._town.uri(KIND, one.name))
        topics = [key.replace(".", "/").replace("*", "+") for key in self._hears[one.name].bindings()]
        client = f"{user_of(self._town.name, one.name)}.bench"
        return [self._port, client, f"{vhost_of(self._town.name)}:{user}", password, topics]

    def _amqp(self, one: Subscriber) -> list[Any]:
        return [self._town.uri(KIND, one.name), f"feed.{one.name}"]


def _wish(one: Subscriber, heard: Hearing) -> Wish:
    """Streams are read from the database: nothing is said on the exchange for them alone."""
    wanted = Filter(transitions=heard.transitions, area=one.area)
    return Wish(Receiver(SYSTEM, one.name), wanted, queue=True, webhook=None)
