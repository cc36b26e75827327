"""What a provisioned town's users may do on the broker and in the database, and what they may not."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import psycopg2
import pytest
from pika.exceptions import ChannelClosedByBroker, ProbableAccessDeniedError, ProbableAuthenticationError

from deploy.provision import broker, names
from deploy.provision.hearing import Hearing
from deploy.provision.names import SERVICES, ProvisionError, database_of, user_of, vhost_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Management, Servers, part
from deploy.provision.town import drop_town, provision
from tests.support.town import TemporaryTown

REFUSED = ProbableAuthenticationError, ProbableAccessDeniedError


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path) -> Iterator[TemporaryTown]:
    with TemporaryTown(servers, small_town, services=()) as town:
        yield town


def attempt(town: TemporaryTown, place: tuple[str, ...], act: Any) -> int:
    """0 when the broker let it happen, else the code it refused with."""
    with town.broker(*place) as connection:
        channel = connection.channel()
        try:
            act(channel)
        except ChannelClosedByBroker as error:
            return error.reply_code
    return 0


def publish(exchange: str, key: str, **properties: Any) -> Any:
    return lambda channel: channel.basic_publish(exchange, key, b"{}", pika.BasicProperties(**properties))


PRIVATE, RING, PUBLIC = "token_private_key", "access_ring", "token_public_key"
HOTLINE, MEMBER = ("sources", "hotline"), ("members", "m001")


@pytest.mark.parametrize(
    ("place", "act", "code"),
    [
        (HOTLINE, publish("reports", "hotline.urgent"), 0),
        (HOTLINE, publish("reports", "portal.urgent"), 403),
        (HOTLINE, publish("reports", "hotline.urgent.x"), 403),
        (HOTLINE, publish("messages", "intake.case_closed.v1.normal"), 403),
        (HOTLINE, publish("actions", "m001.resolve"), 403),
        (HOTLINE, publish("", "dispatch.cases.normal"), 403),
        (HOTLINE, publish("amq.topic", "hotline.normal"), 403),
        (HOTLINE, lambda c: c.queue_declare("feedback.hotline", passive=True), 0),
        (HOTLINE, lambda c: c.basic_get("feedback.hotline"), 0),
        (HOTLINE, lambda c: c.basic_get("feedback.portal"), 403),
        (HOTLINE, lambda c: c.basic_get("reports.hotline.normal"), 403),
        (HOTLINE, lambda c: c.queue_declare("mine"), 403),
        (HOTLINE, lambda c: c.queue_declare("feedback.other", durable=True), 403),
        (HOTLINE, lambda c: c.queue_declare("reports.portal.normal", durable=True), 403),
        (HOTLINE, lambda c: c.basic_consume("feedback.portal", lambda *_: None), 403),
        (HOTLINE, lambda c: c.basic_consume("members.m001", lambda *_: None), 403),
        (HOTLINE, lambda c: c.queue_bind("feedback.hotline", "feedback", "#"), 403),
        (HOTLINE, lambda c: c.queue_bind("feedback.hotline", "messages", "#"), 403),
        (HOTLINE, lambda c: c.queue_unbind("feedback.hotline", "feedback", "hotline"), 403),
        (HOTLINE, lambda c: c.exchange_bind("reports", "messages", "#"), 403),
        (HOTLINE, lambda c: c.exchange_delete("reports"), 403),
        (HOTLINE, publish("reports", "hotline.#"), 403),
        (HOTLINE, publish("reports", "*.normal"), 403),
        (HOTLINE, publish("reports", "hotline.normal\n"), 403),
        (HOTLINE, publish("reports", ""), 403),
        (HOTLINE, publish("feedback", "hotline"), 403),
        (HOTLINE, publish("reports", "hotline.normal", user_id="intake"), 406),
        (HOTLINE, lambda c: c.queue_delete("feedback.hotline"), 403),
        (HOTLINE, lambda c: c.queue_purge("reports.hotline.normal"), 403),
        (HOTLINE, lambda c: c.queue_bind("feedback.hotline", "reports", "#"), 403),
        (HOTLINE, lambda c: c.exchange_declare("mine"), 403),
        (MEMBER, publish("actions", "m001.resolve"), 0),
        (MEMBER, publish("actions", "m001.resolve", user_id="someone"), 406),
        (MEMBER, publish("actions", "m002.resolve"), 403),
        (MEMBER, publish("reports", "patrol.normal"), 0),
        (MEMBER, publish("reports", "hotline.normal"), 403),
        (MEMBER, publish("members", "m002"), 403),
        (MEMBER, publish("feed", "m001"), 403),
        (MEMBER, lambda c: c.queue_declare("mine"), 403),
        (MEMBER, lambda c: c.queue_bind("members.m001", "feed", "work_assigned.#"), 403),
        (MEMBER, publish("feedback", "hotline"), 403),
        (MEMBER, lambda c: c.basic_get("members.m001"), 0),
        (MEMBER, lambda c: c.basic_get("members.m002"), 403),
        (MEMBER, lambda c: c.queue_bind("members.m001", "members", "#"), 403),
        (("intake",), publish("messages", "intake.case_closed.v1.normal"), 0),
        (("intake",), publish("messages", "dispatch.work_assigned.v1.normal"), 403),
        (("intake",), publish("feedback", "hotline"), 403),
        (("intake",), publish("members", "m001"), 403),
        (("intake",), lambda c: c.basic_get("reports.hotline.normal"), 0),
        (("intake",), lambda c: c.basic_get("feedback.hotline"), 403),
        (("dispatch",), lambda c: c.basic_get("reports.hotline.normal"), 403),
        (("dispatch",), lambda c: c.queue_declare("dispatch.more"), 403),
        (("board",), publish("messages", "board.anything.v1.normal"), 0),
        (("notify",), publish("members", "m001"), 0),
        (("notify",), publish("feedback", "hotline"), 0),
        (("notify",), publish("feed", "work_assigned.0102.-"), 0),
        (("notify",), publish("feed", "m001"), 403),
        (("dispatch",), publish("feed", "work_assigned.0102.-"), 403),
        (("notify",), publish("reports", "hotline.normal"), 403),
        (("notify",), lambda c: c.queue_declare("members.m999", durable=True), 0),
        (("notify",), lambda c: c.queue_bind("members.m001", "members", "m001"), 0),
        (("notify",), lambda c: c.queue_bind("members.m001", "members", "#"), 403),
        (("notify",), lambda c: c.queue_declare("notify.more"), 403),
    ],
)
def test_the_broker_lets_each_user_do_its_own_work_only(
    town: TemporaryTown, place: tuple[str, ...], act: Any, code: int
) -> None:
    assert attempt(town, place, act) == code


def test_nobody_gets_into_another_towns_vhost(servers: Servers, town: TemporaryTown) -> None:
    for place in (("intake",), HOTLINE, MEMBER):
        parts = pika.URLParameters(town.uri(*place))
        parts.virtual_host = "/"
        with pytest.raises(REFUSED):
            pika.BlockingConnection(parts)


def test_every_user_has_a_topic_permission_for_every_exchange(servers: Servers, town: TemporaryTown) -> None:
    """Where there is none RabbitMQ allows everything."""
    api, vhost = Management(servers.amqp_admin_url), part(vhost_of(town.name))
    users = {row["user"] for row in api.get(f"vhosts/{vhost}/permissions") if row["user"].startswith(f"{town.name}-")}
    topics = {(row["user"], row["exchange"]) for row in api.get(f"vhosts/{vhost}/topic-permissions")}
    assert len(users) == 5 + 2 + 15
    assert topics == {(user, exchange) for user in users for exchange in broker.EXCHANGES}


@pytest.mark.parametrize("service", names.SERVICES)
def test_a_service_reaches_its_own_schema_only(town: TemporaryTown, service: str) -> None:
    assert town.rows(service, "SELECT current_schema()") == [(service,)]
    assert town.rows(service, "SELECT count(*) FROM parked") == [(0,)]
    assert town.rows(service, "SELECT maintain_partitions()") == [(0,)]
    other = next(name for name in names.SERVICES if name != service)
    for statement in (
        f"SELECT count(*) FROM {other}.parked",
        "CREATE TABLE mine (id integer)",
        "CREATE TABLE public.mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
        "DROP TABLE parked",
        "DELETE FROM migrations; ALTER TABLE parked ADD extra integer",
        f"SET ROLE {names.owner_of(town.name)}",
        "CREATE ROLE mine",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            town.rows(service, statement)


def test_nobody_else_gets_into_the_database(servers: Servers, small_town: Path, town: TemporaryTown) -> None:
    with TemporaryTown(servers, small_town, services=()) as other:
        address = town.secrets.read("intake", "database_url").rpartition("/")[0] + "/" + database_of(other.name)
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            psycopg2.connect(address)


def test_provisioning_again_changes_nothing(servers: Servers, town: TemporaryTown) -> None:
    before = {path: path.read_bytes() for path in town.secrets.folder.rglob("*") if path.is_file()}
    again = provision(servers, town.name, town.secrets, town.folder)
    assert again.migrations == []
    assert {path: path.read_bytes() for path in town.secrets.folder.rglob("*") if path.is_file()} == before


def test_a_lost_secret_is_made_anew(servers: Servers, town: TemporaryTown) -> None:
    old = town.uri(*HOTLINE)
    town.secrets.path("sources", "hotline", "amqp_uri").unlink()
    provision(servers, town.name, town.secrets, town.folder)
    assert attempt(town, HOTLINE, publish("reports", "hotline.urgent")) == 0
    with pytest.raises(REFUSED):
        pika.BlockingConnection(pika.URLParameters(old))


def test_secrets_are_for_their_owner_alone(town: TemporaryTown) -> None:
    files = [path for path in town.secrets.folder.rglob("*") if path.is_file()]
    assert len(files) == 5 * 3 + 2 + 3 + 2 + 2 + 15 + 1  # the last: callback's keys of links
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_only_who_signs_members_in_holds_the_key_for_it(town: TemporaryTown) -> None:
    """And the public ones are all of that key."""
    folders = {name: {p.parent.name for p in town.secrets.folder.glob(f"*/{name}")} for name in (PRIVATE, RING, PUBLIC)}
    assert folders == {PRIVATE: {"admin", "dispatch"}, RING: {"dispatch"}, PUBLIC: set(SERVICES)}
    private = {town.secrets.read(service, PRIVATE) for service in folders[PRIVATE]}
    public = {town.secrets.read(service, PUBLIC) for service in SERVICES}
    assert len(private) == len(public) == 1
    before = town.secrets.read("dispatch", RING)
    town.secrets.make_keys()
    assert town.secrets.read("dispatch", RING) == before and town.secrets.read("admin", PRIVATE) in private


def test_key_rings_are_the_same_and_only_where_they_are_needed(town: TemporaryTown) -> None:
    rings = {path.parent.name: path.read_text() for path in town.secrets.folder.glob("*/key_ring")}
    assert sorted(rings) == ["intake", "notify"]
    assert len(set(rings.values())) == 1


@pytest.mark.parametrize("name", [".*", "a", "A1", "m 1", "m/1", "x" * 40, "-m1", "intake", "m001\n", ""])
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(ProvisionError):
        broker.users_of("town", members=[name])
    with pytest.raises(ProvisionError):
        broker.users_of("town", sources=[name])
    with pytest.raises(ProvisionError):
        broker.users_of("town", subscribers={name: Hearing()})


def test_two_clients_have_two_names() -> None:
    for kinds in ({"sources": ["x1"], "members": ["x1"]}, {"members": ["x1"], "subscribers": {"x1": Hearing()}}):
        with pytest.raises(ProvisionError, match="are called x1: rename one"):
            broker.users_of("town", **kinds)
    with pytest.raises(ProvisionError, match="are called patrol"):
        broker.users_of("town", members=["patrol"])


@pytest.mark.parametrize("town", ["", "x", "Town", "a" * 22, "a_b", "a.b", "a/b", "town\n"])
def test_odd_towns_are_refused(servers: Servers, town: str) -> None:
    with pytest.raises(ProvisionError):
        drop_town(servers, town)


def test_a_member_can_sign_as_itself_only(town: TemporaryTown) -> None:
    """The property user_id of an action is checked by the broker, so dispatch may believe it."""
    for member, code in (("m001", 0), ("m002", 406)):
        act = publish("actions", "m001.resolve", user_id=user_of(town.name, member))
        assert attempt(town, MEMBER, act) == code


def test_a_user_of_another_town_is_not_taken_over(servers: Servers, town: TemporaryTown, tmp_path: Path) -> None:
    """Town `a` with a member `b-intake` and town `a-b` with its intake would share one user."""
    other = f"{town.name}-m001"
    try:
        broker.provision(servers, other, Secrets(tmp_path), broker.users_of(other))
        with pytest.raises(ProvisionError, match="another name"):
            broker.provision(servers, town.name, town.secrets, broker.users_of(town.name, members=["m001-intake"]))
    finally:
        broker.drop(servers, other)
    assert attempt(town, MEMBER, publish("actions", "m001.resolve")) == 0
