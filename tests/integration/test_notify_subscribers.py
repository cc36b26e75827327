"""Subscribers who are called: members beside their notices, outside systems by webhook; and listeners who do not read,
or listen through the edge."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.provision.servers import Servers
from tests.integration.test_edge import nginx
from tests.integration.test_notify_feed import World
from tests.support.deliveries import LISTED, Post, account
from tests.support.happenings import Happenings, Listener, listening, settle
from tests.support.providers import Providers, providers
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PRIVATE = "http://192.168.77.1/hook"
ASSIGNED = Path(__file__).parents[2] / "shared/contracts/examples/dispatch.work_assigned.v1/1.json"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Providers]:
    with providers() as server:
        yield server


@pytest.fixture(scope="module")
def world(
    servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory, receiver: Providers
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("town")
    with TemporaryTown(servers, small_town, services=("notify",), logs=folder) as town:
        settle(town)
        private = account("private", "webhook", receiver, folder)
        private["settings"] = {"url": PRIVATE}
        Post(town).set_accounts(folder, [account("hook", "webhook", receiver, folder), private])
        town.start("notify", WEBHOOK_NETWORKS=LISTED)
        happen = Happenings(town)
        yield World(town, happen)
        happen.close()
        for process in town.processes:
            assert process.alive and "Traceback" not in process.log.read_text(encoding="utf-8")


def wanted(world: World, event: str) -> list[tuple[Any, ...]]:
    names = "receiver, kind, source, state, number, facts"
    return world.town.rows("notify", f"SELECT {names} FROM notifications WHERE event_id = %s ORDER BY 1, 3", event)


def test_a_system_is_called_once_however_many_of_its_subscriptions_mean_it(world: World, receiver: Providers) -> None:
    number, called = world.case(), {"queue": False, "webhook": "hook"}
    some = [world.subscribe({"system": "county"}, levels=levels, **called) for levels in ([], ["P3"])]
    (event,) = world.happen.work("assigned", number, title="路灯不亮")
    until(lambda: world.town.rows("notify", "SELECT 1 FROM channel_deliveries WHERE state = 'delivered'"))
    bodies = [json.loads(effect.text) for effect in receiver.effects if effect.channel == "webhook"]
    assert [(body["transition"], body["number"]) for body in bodies] == [("work_assigned", number)]
    assert "路灯" not in str(receiver.effects) and "position" not in bodies[0]
    key, person = world.town.rows("notify", "SELECT key, person FROM channel_deliveries")[0]
    assert key == f"{event}/county/hook" and person == "county"
    for one in some:
        world.end(one)


def test_a_private_address_that_is_not_listed_is_refused_and_known(world: World) -> None:
    one = world.subscribe({"system": "inside"}, queue=False, webhook="private", transitions=["work_assigned"])
    number = world.case()
    world.happen.work("assigned", number)
    found = until(
        lambda: world.town.rows(
            "notify", "SELECT reason FROM channel_deliveries WHERE person = 'inside' AND state = 'failed'"
        )
    )
    assert "192.168.77.1 is not public" in found[0][0]
    world.end(one)
    refused = world.ask(
        "POST",
        "/notify/subscriptions",
        "desk",
        "desk1",
        {"receiver": {"system": "inside"}, "webhook": "nothing", "reason": "演练"},
    )
    assert refused.status_code == 422 and "no account of a webhook" in refused.text


def test_members_hear_on_their_ways_what_they_have_subscribed_to(world: World) -> None:
    own = world.subscribe({"member": "m001"}, ("member", "m001"), transitions=["work_acknowledged"])
    role = world.subscribe({"role": "leader"}, transitions=["work_acknowledged"])
    number = world.case()
    (event,) = world.happen.work("acknowledged", number, title="路灯不亮")
    rows = until(lambda: wanted(world, event))
    assert [(*row[:3], row[4]) for row in rows] == [
        (name, "news_work_acknowledged", "subscription", number) for name in ("guide1", "l001", "m001")
    ]
    facts = rows[0][5]
    assert facts["title"] == "路灯不亮" and facts["areas"] == ["小镇", "小村", "第1网格"] and facts["level"] == "P3"
    world.end(own)
    world.end(role)


def test_who_is_told_anyway_is_not_told_twice(world: World) -> None:
    """Whichever of the two comes first: the notice stays, and says more."""
    one = world.subscribe({"member": "m001"}, ("member", "m001"), transitions=["work_assigned"])
    number = world.case()
    data = json.loads(ASSIGNED.read_text(encoding="utf-8"))["data"] | {"number": number, "member_id": "m001"}
    events = [event for _ in range(6) for event in world.happen.say("dispatch.work_assigned.v1", [data])]
    until(lambda: len(world.town.rows("notify", "SELECT 1 FROM feed WHERE event_id = ANY(%s)", events)) == 6)
    until(lambda: len(world.town.rows("notify", "SELECT 1 FROM notices WHERE event_id = ANY(%s)", events)) == 6)
    for event in events:
        # committed in the same instant, neither sees the other: then the pipeline says it once
        states = {source: state for _, _, source, state, _, _ in wanted(world, event)}
        assert states.pop("notice") in ("new", "no_way") and "sent" not in states.values()
    gave_way = (
        "SELECT 1 FROM notifications WHERE event_id = ANY(%s) AND source = 'subscription' AND state <> 'repeated'"
    )
    assert len(world.town.rows("notify", gave_way, events)) < len(events)
    world.end(one)


def test_a_listener_who_does_not_read_harms_nobody(world: World) -> None:
    one, other = world.subscribe({"system": "sleeper"}), world.subscribe({"system": "awake"})
    numbers = [world.case() for _ in range(50)]
    url = f"{world.town.url('notify')}/notify/feed/stream"
    sleeper = Listener(url, world.town.token("subscriber", "sleeper"), reads=False)
    assert sleeper.answer.status == 200
    start = world.last()
    with listening(url, world.town.token("subscriber", "awake")) as awake:
        for _ in range(100):
            world.happen.work("progressed", *numbers)
        until(lambda: len(awake.events) == 5_000, seconds=90)
        ops = f"http://{world.town.of('notify')[0].ops}/metrics"
        lost = 'wangge_http_listeners_lost_total{stream="feed"} 1.0'
        until(lambda: lost in requests.get(ops, timeout=10).text, seconds=60)
    assert [event["data"]["position"] for event in awake.events] == list(range(start + 1, start + 5_001))
    sleeper.close()
    world.end(one)
    world.end(other)


def test_who_has_missed_too_much_is_told_and_can_fetch_it(world: World) -> None:
    """A stream gives the newest thousand; the pages of the long poll have the rest."""
    one = world.subscribe({"system": "back"})
    numbers = [world.case() for _ in range(50)]
    start = world.last()
    for _ in range(22):
        world.happen.work("progressed", *numbers)
    until(lambda: world.last() == start + 1_100, seconds=60)
    with world.stream("subscriber", "back", start + 1_099) as listener:  # who listened before has all of it by then,
        until(lambda: listener.last == start + 1_100)  # and nothing comes by the way on which news comes
    with world.stream("subscriber", "back", start) as listener:
        until(lambda: listener.last == start + 1_100)
    ((kind, cut),) = listener.others
    assert (kind, cut) == ("cut", {"from": start + 1, "to": start + 100})
    assert [event["data"]["position"] for event in listener.events] == list(range(start + 101, start + 1_101))
    page = world.ask("GET", f"/notify/feed?after={start}&limit={cut['to'] - start}", "subscriber", "back").json()
    assert [event["data"]["position"] for event in page["events"]] == list(range(cut["from"], cut["to"] + 1))
    world.end(one)


def test_the_edge_lets_streams_through_at_once(world: World) -> None:
    one = world.subscribe({"system": "behind"}, transitions=["work_verified"])
    number = world.case()
    with nginx(
        {service: [world.town.of("notify")[0].http] for service in ("intake", "dispatch", "callback", "board")}
        | {"notify": [world.town.of("notify")[0].http]}
    ) as edge:
        url, token = f"{edge}/notify/feed/stream", world.town.token("subscriber", "behind")
        with listening(url, token) as listener:
            started = time.monotonic()
            world.happen.work("verified", number)
            until(lambda: listener.events)
            assert time.monotonic() - started < 5
        with listening(url, token, listener.events[0]["data"]["position"] - 1) as again:
            until(lambda: again.events == listener.events)
    world.end(one)
