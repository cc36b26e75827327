"""What subscribers and members may hear on the exchange `feed`, by AMQP and by MQTT: tried from the wrong side."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, ProbableAuthenticationError

from deploy.provision import subscribers
from deploy.provision.commandline import Town, perform
from deploy.provision.names import ProvisionError
from deploy.provision.servers import Management, Servers, part
from deploy.provision.town import provision
from shared.messaging import topology
from tests.support.mqtt import Phone
from tests.support.town import TemporaryTown

ROOT, NEAR, FAR, MICRO = "330822111", "330822111001", "330822111002", "330822111001-01"
AREAS = {ROOT: None, NEAR: ROOT, FAR: ROOT, MICRO: NEAR}
HERE = f"0102.{ROOT}.{NEAR}"
COUNTY, ALL, MEMBER = ("subscribers", "county"), ("subscribers", "province"), ("members", "m001")


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path) -> Iterator[TemporaryTown]:
    """A town with the subscribers `county` (two transitions, one category, one village) and `province` (everything)."""
    with TemporaryTown(servers, small_town, services=("intake",)) as town:
        with town.database("notify", owner=True) as connection, connection.cursor() as cursor:
            for area, parent in AREAS.items():
                cursor.execute("INSERT INTO areas VALUES (%s, 1, %s, 'x', 'grid')", (area, parent))
        county = ("--area", NEAR, "--category", "0102", "--transition", "work_assigned,case_closed")
        do(town, "add", "county", *county)
        do(town, "add", "province")
        yield town


def do(town: TemporaryTown, *words: str) -> str:
    parser = argparse.ArgumentParser()
    subscribers.add_commands(parser)
    return perform(Town(town.servers, town.name, town.secrets), parser.parse_args(words))


def say(town: TemporaryTown, *keys: str, exchange: str = "feed") -> None:
    """As notify does."""
    with town.broker("notify") as connection:
        channel = connection.channel()
        for key in keys:
            channel.basic_publish(
                exchange, key, json.dumps({"key": key}).encode(), pika.BasicProperties(delivery_mode=2)
            )


def heard(town: TemporaryTown, *place: str) -> list[str]:
    """Everything that waits for a subscriber, taken with its own rights."""
    keys = []
    with town.broker(*place) as connection:
        channel = connection.channel()
        while (found := channel.basic_get(f"feed.{place[-1]}", auto_ack=True))[0]:
            keys.append(json.loads(found[2])["key"])
    return keys


def code(town: TemporaryTown, place: tuple[str, ...], act: Any) -> int:
    """0 when the broker let it happen, else the code that it refused with."""
    with town.broker(*place) as connection:
        try:
            act(connection.channel())
        except ChannelClosedByBroker as error:
            return error.reply_code
    return 0


def subscribed(town: TemporaryTown, name: str) -> list[dict[str, Any]]:
    """What notify knows of it."""
    rows = map(json.loads, town.admin("notify", "subscriptions", "list", name).splitlines())
    return [{key: row[key] for key in ("area", "categories", "transitions", "queue")} for row in rows]


def bound(town: TemporaryTown, queue: str) -> set[str]:
    path = f"queues/wangge-{town.name}/{part(queue)}/bindings"
    rows = Management(town.servers.amqp_admin_url).get(path)
    return {row["routing_key"] for row in rows if row["source"] == "feed"}


def test_a_subscriber_hears_what_was_chosen_and_nothing_else(town: TemporaryTown) -> None:
    wanted = [f"work_assigned.{HERE}", f"case_closed.{HERE}.{MICRO}"]
    others = [f"work_assigned.0102.{ROOT}.{FAR}", f"work_resolved.{HERE}", f"work_assigned.0103.{ROOT}.{NEAR}"]
    say(town, *wanted, *others, "work_assigned.0102.-")
    say(town, "m001", exchange="members")
    assert sorted(heard(town, *COUNTY)) == sorted(wanted)
    assert sorted(heard(town, *ALL)) == sorted([*wanted, *others, "work_assigned.0102.-"])  # and no member's notice


@pytest.mark.parametrize("key", [f"work_assigned.{HERE}.#", f"case_closed.{HERE}", f"case_closed.{HERE}.*.#"])
def test_a_subscriber_may_choose_within_what_it_may_hear(town: TemporaryTown, key: str) -> None:
    assert code(town, COUNTY, lambda c: c.queue_bind("feed.county", "feed", key)) == 0
    assert Phone(town, *COUNTY).may_subscribe(key.replace(".", "/").replace("*", "+"))


TOO_WIDE = [
    "#", "*", "*.#", "*.*.#", "", "m001", "work_assigned.#", "work_assigned.0102.#", f"work_assigned.0102.{ROOT}.#",
    f"work_assigned.0102.{ROOT}.*", f"work_assigned.0102.{ROOT}.{FAR}.#", f"work_assigned.*.{ROOT}.{NEAR}.#",
    f"*.{HERE}.#", f"#.{HERE}", f"work_resolved.{HERE}", f"work_assigned.{HERE}x", f"work_assigned.{HERE}\n",
    f"work_assigned.#.{NEAR}", f"work_assigned.0102.{NEAR}.#",
]  # fmt: skip


@pytest.mark.parametrize("key", TOO_WIDE)
def test_a_subscriber_may_not_bind_more(town: TemporaryTown, key: str) -> None:
    before = bound(town, "feed.county")
    assert code(town, COUNTY, lambda c: c.queue_bind("feed.county", "feed", key)) == 403
    assert bound(town, "feed.county") == before


@pytest.mark.parametrize("topic", ["#", "+", "+/#", "m001", f"work_assigned/0102/{ROOT}/#", f"+/0102/{ROOT}/{NEAR}"])
def test_nor_subscribe_to_more_by_mqtt(town: TemporaryTown, topic: str) -> None:
    assert not Phone(town, *COUNTY).may_subscribe(topic)


@pytest.mark.parametrize("key", ["#", "*", "*.#", "m001", "#.m001", "#.#", "*.#.#", "work_assigned.#"])
def test_who_may_hear_everything_hears_no_members_notices(town: TemporaryTown, key: str) -> None:
    assert code(town, ALL, lambda c: c.queue_bind("feed.province", "feed", key)) == 403


@pytest.mark.parametrize(
    "act",
    [
        lambda c: c.basic_get("feed.province"),
        lambda c: c.queue_bind("feed.province", "feed", f"work_assigned.{HERE}"),
        lambda c: c.queue_unbind("feed.province", "feed", "*.*.#"),
        lambda c: c.basic_get("members.m001"),
        lambda c: c.basic_get("notify.transitions.normal"),
        lambda c: c.queue_bind("feed.county", "messages", "#"),
        lambda c: c.queue_bind("feed.county", "members", "m001"),
        lambda c: c.queue_bind("feed.county", "reports", "#"),
        lambda c: c.queue_declare("mine"),
        lambda c: c.queue_declare(""),
        lambda c: c.queue_declare("feed.other", durable=True),
        lambda c: c.queue_delete("feed.county"),
        lambda c: c.exchange_bind("feed", "messages", "#"),
        lambda c: c.exchange_delete("feed"),
    ],
)
def test_a_subscriber_reaches_nothing_else(town: TemporaryTown, act: Any) -> None:
    assert code(town, COUNTY, act) == 403


@pytest.mark.parametrize("place", [COUNTY, MEMBER])
@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        ("feed", f"work_assigned.{HERE}"), ("feed", "m001"), ("members", "m001"), ("messages", "x.y.v1.normal"),
        ("", "feed.county"), ("amq.topic", "x"), ("feedback", "hotline"),
    ],
)  # fmt: skip
def test_nobody_who_hears_publishes(town: TemporaryTown, place: tuple[str, ...], exchange: str, key: str) -> None:
    def act(channel: Any) -> None:
        channel.basic_publish(exchange, key, b"{}")

    assert code(town, place, act) == 403


def test_notify_says_what_has_happened_and_no_notice_past_the_members_exchange(town: TemporaryTown) -> None:
    def act(channel: Any) -> None:
        channel.basic_publish("feed", "m001", b"{}")

    assert code(town, ("notify",), act) == 403
    assert code(town, ("notify",), lambda c: c.queue_bind("members.m001", "feed", "#")) == 403


def test_a_phone_hears_its_members_notices_those_of_meanwhile_too(town: TemporaryTown) -> None:
    phone = Phone(town, *MEMBER)
    assert phone.may_subscribe("m001", "-c")
    say(town, "m001", "m002", "m001", exchange="members")
    assert phone.hear("m001", 2) == ['{"key": "m001"}'] * 2


def test_what_waits_for_a_phone_is_bounded_in_length_and_age(town: TemporaryTown) -> None:
    phone = Phone(town, "members", "m003")
    assert phone.may_subscribe("m003", "-c")
    with town.broker("notify") as connection:
        channel = connection.channel()
        for number in range(1003):
            channel.basic_publish("members", "m003", str(number).encode(), pika.BasicProperties(delivery_mode=2))
    path = f"queues/wangge-{town.name}/{part(f'mqtt-subscription-{phone.client}qos1')}"
    assert Management(town.servers.amqp_admin_url).get(path)["arguments"]["x-expires"] == topology.WEEK
    assert phone.hear("m003", 1000) == [str(number) for number in range(3, 1003)]


@pytest.mark.parametrize("topic", ["m002", "#", "+", "+/#", "m001/#", "work_assigned/#", "members/m001", "$SYS/#", ""])
def test_a_phone_hears_nobody_elses(town: TemporaryTown, topic: str) -> None:
    assert not Phone(town, *MEMBER, device="wide").may_subscribe(topic)


@pytest.mark.parametrize("topic", ["m001", "m002", "work_assigned/0102/x"])
@pytest.mark.parametrize("options", [(), ("-r",)])
def test_a_phone_publishes_nothing(town: TemporaryTown, topic: str, options: tuple[str, ...]) -> None:
    assert not Phone(town, *MEMBER, device="pub").publish(topic, *options)
    assert Phone(town, *MEMBER, device="after").hear("m001", 1, seconds=1) == []  # nothing was kept either


def test_the_will_of_a_phone_is_not_done(town: TemporaryTown) -> None:
    other, dying = Phone(town, "members", "m002", device="will"), Phone(town, *MEMBER, device="dying")
    assert other.may_subscribe("m002", "-c")
    will = ("--will-topic", "m002", "--will-payload", "x", "--will-qos", "1")
    assert dying.may_subscribe("m001", *will)
    dying.hear("m001", 1, *will, seconds=1)
    assert other.hear("m002", 1, seconds=2) == []


@pytest.mark.parametrize("client", ["{town}-m002.phone", "{town}-m001x", "{town}-m001-x", "phone", "{town}-m001.a.b"])
@pytest.mark.parametrize("options", [(), ("-c",)])
def test_a_client_id_is_the_users_own(town: TemporaryTown, client: str, options: tuple[str, ...]) -> None:
    """Another's would take what waits for them."""
    owner, thief = Phone(town, "members", "m002"), Phone(town, *MEMBER)
    assert owner.may_subscribe("m002", "-c")
    say(town, "m002", exchange="members")
    thief.client = client.format(town=town.name)
    assert not thief.may_subscribe("m001", *options)
    assert owner.hear("m002", 1) == ['{"key": "m002"}']


@pytest.mark.parametrize("user", ["{town}-m001", "/:{town}-m001", "wangge-none:{town}-m001", ""])
def test_nobody_gets_into_another_vhost_or_in_without_a_name(town: TemporaryTown, user: str) -> None:
    phone = Phone(town, *MEMBER)
    phone.user = user.format(town=town.name)
    assert not phone.may_subscribe("m001")


def test_what_the_bound_cuts_is_known(town: TemporaryTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topology, "FEED_LIMIT", 2)
    monkeypatch.setattr(topology, "CUT_LIMIT", 2)
    do(town, "add", "small")
    keys = [f"work_assigned.010{number}.-" for number in range(5)]
    say(town, *keys)
    with town.broker("subscribers", "small") as connection:
        channel = connection.channel()
        for gone in keys[1:3]:  # the last of those that are gone
            _, properties, body = channel.basic_get("feed.small.cut")
            assert json.loads(body)["key"] == gone
            assert properties.headers["x-death"][0]["reason"] == "maxlen"
        assert channel.basic_get("feed.small.cut") == (None, None, None)
    assert heard(town, "subscribers", "small") == keys[3:]
    do(town, "end", "small")


def test_a_new_choice_ends_what_was_heard_by_the_old_one(town: TemporaryTown) -> None:
    do(town, "add", "changed", "--category", "01")
    phone = Phone(town, "subscribers", "changed")
    assert phone.may_subscribe("work_assigned/0102/#", "-c")
    with town.broker("subscribers", "changed") as connection:
        do(town, "add", "changed", "--area", FAR)
        with pytest.raises(AMQPConnectionError):
            connection.process_data_events(time_limit=10)
            connection.channel()
    say(town, f"work_assigned.{HERE}", f"case_closed.9999.{ROOT}.{FAR}")
    assert heard(town, "subscribers", "changed") == [f"case_closed.9999.{ROOT}.{FAR}"]
    assert not phone.may_subscribe("work_assigned/0102/#", "-c")


def test_notify_is_told_what_to_say_and_once(town: TemporaryTown) -> None:
    wish = {"transitions": [], "categories": ["0102"], "queue": True}
    do(town, "add", "told", "--area", f"{NEAR},{FAR}", "--category", "0102")
    before = town.admin("notify", "subscriptions", "list", "told")
    assert sorted(row["area"] for row in subscribed(town, "told")) == [NEAR, FAR]
    do(town, "add", "told", "--area", f"{NEAR},{FAR}", "--category", "0102")
    assert town.admin("notify", "subscriptions", "list", "told") == before
    do(town, "add", "told", "--area", NEAR, "--category", "0102")
    assert subscribed(town, "told") == [wish | {"area": NEAR}]
    do(town, "end", "told")
    assert subscribed(town, "told") == []


def test_an_ended_subscriber_is_out_at_once(town: TemporaryTown) -> None:
    do(town, "add", "brief")
    uri, phone = town.uri("subscribers", "brief"), Phone(town, "subscribers", "brief")
    assert phone.may_subscribe("+/+/#", "-c")
    with town.broker("subscribers", "brief") as connection:
        do(town, "end", "brief")
        with pytest.raises(AMQPConnectionError):
            connection.process_data_events(time_limit=10)
            connection.channel()
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(uri))
    assert not phone.may_subscribe("+/+/#", "-c")
    assert not any("brief" in queue for queue in town.queues())
    assert not town.secrets.path("subscribers", "brief").exists() and "brief" not in do(town, "list")
    with pytest.raises(ProvisionError, match="there is no subscriber 'brief'"):
        do(town, "end", "brief")


def test_a_new_password_cuts_the_old_one_off(town: TemporaryTown) -> None:
    do(town, "add", "leaky")
    old = town.uri("subscribers", "leaky")
    say(town, "work_assigned.0102.-")
    do(town, "rotate", "leaky")
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(old))
    assert heard(town, "subscribers", "leaky") == ["work_assigned.0102.-"]


def test_provisioning_again_keeps_subscribers_and_what_they_chose(town: TemporaryTown) -> None:
    do(town, "add", "chooser", "--category", "0102")
    with town.broker("subscribers", "chooser") as connection:
        channel = connection.channel()
        channel.queue_bind("feed.chooser", "feed", "case_closed.0102.#")
        channel.queue_unbind("feed.chooser", "feed", "*.0102.#")
    with town.broker() as connection:  # and what it may not have, however it came there
        connection.channel().queue_bind("feed.chooser", "feed", "#")
    provision(town.servers, town.name, town.secrets, town.folder)
    assert bound(town, "feed.chooser") == {"case_closed.0102.#"}
    with town.broker() as connection:  # a broker that was lost
        connection.channel().queue_delete("feed.chooser")
    provision(town.servers, town.name, town.secrets, town.folder)
    assert bound(town, "feed.chooser") == {"*.0102.#"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("intake",), "name of a service"),
        (("m001",), "one of the members is called 'm001'"),
        (("hotline",), "one of the sources is called 'hotline'"),
        (("patrol",), "is called 'patrol'"),
        ((".*",), "must match"),
        (("county2", "--area", f"{NEAR},nowhere"), "there is no area nowhere"),
        (("county2", "--category", "0102,7777"), "there is no category 7777"),
        (("county2", "--transition", "work_dreamt"), "there is no transition work_dreamt: give one of "),
    ],
)
def test_a_wrong_choice_is_refused_with_the_repair_and_changes_nothing(
    town: TemporaryTown, words: tuple[str, ...], told: str
) -> None:
    before = do(town, "list")
    with pytest.raises(ProvisionError, match=told.replace(".", r"\.")):
        do(town, "add", *words)
    assert do(town, "list") == before and not town.secrets.path("subscribers", words[0]).exists()


def test_a_dry_run_changes_nothing(town: TemporaryTown) -> None:
    before = do(town, "list")
    assert "categories: 0102" in do(town, "add", "dry", "--category", "0102", "--dry-run")
    do(town, "end", "county", "--dry-run")
    waiting = re.compile(r"\d+ wait, \d+")  # other tests say something meanwhile
    assert waiting.sub("", do(town, "list")) == waiting.sub("", before) and "county" in before
