"""`make doctor` names what is missing and how to repair it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.local import doctor, towns
from deploy.provision.hearing import Hearing, keep
from deploy.provision.town import provision
from shared.messaging import topology
from tests.support.town import TemporaryTown


@pytest.fixture
def town(new_town: Callable[..., TemporaryTown], monkeypatch: pytest.MonkeyPatch) -> TemporaryTown:
    """A town that the doctor takes for one of this checkout."""
    town = new_town(services=())
    monkeypatch.setattr(towns, "secrets_of", lambda name: town.secrets)
    monkeypatch.setattr(towns, "state_of", lambda name: {"folder": str(town.folder)})
    return town


def found(check: Callable[[str], doctor.Found], town: TemporaryTown) -> list[str]:
    return [what for what, _ in check(town.name)]


def test_a_whole_town_has_nothing_wrong(town: TemporaryTown) -> None:
    assert found(doctor.queues, town) == found(doctor.migrations, town) == []


def test_a_missing_queue_and_a_missing_binding_are_named_and_repaired(town: TemporaryTown) -> None:
    work = next(queue for queue in topology.queues_of_services() if queue.bindings)
    exchange, key = work.bindings[0]
    with town.broker() as connection:
        channel = connection.channel()
        channel.queue_delete("reports.hotline.urgent")
        channel.queue_unbind(work.name, exchange, key)
        channel.exchange_unbind("feed", "members", "#")
    keep(town.secrets, "county", Hearing())
    assert found(doctor.queues, town) == [
        "the exchange feed is not bound to members with #",
        f"the queue {work.name} is not bound to {exchange} with {key}",
        "the queue reports.hotline.urgent is missing",
        "the queue feed.county.cut is missing",
        "the queue feed.county is missing",
    ]
    provision(town.servers, town.name, town.secrets, town.folder)
    assert found(doctor.queues, town) == []


def test_a_missing_migration_is_named(town: TemporaryTown) -> None:
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM migrations WHERE name = 'db/0001_pre_messaging.sql'")
    assert found(doctor.migrations, town) == ["intake: the migration db/0001_pre_messaging.sql is not applied"]


def test_a_service_that_does_not_run_is_named(town: TemporaryTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(towns, "replicas_of", lambda name: [towns.Replica(name, "intake", 1)])
    monkeypatch.setattr(towns, "port", lambda name: 9)
    monkeypatch.setattr(doctor, "edge_problems", lambda name: [])
    assert found(doctor.services, town)[0].startswith("intake-1: does not answer on 127.0.0.1:9")


def test_servers_that_cannot_be_reached_are_a_finding_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in {
        "AMQP_ADMIN_URL": "http://a:b@127.0.0.1:9",
        "AMQP_URI": "amqp://a:b@127.0.0.1:9",
        "DATABASE_URL": "postgresql://a:b@127.0.0.1:9/x",
    }.items():
        monkeypatch.setenv(name, url)
    problems = list(doctor.guarded(doctor.servers))
    assert len(problems) == 1
    assert "127.0.0.1" in problems[0][0]


def test_the_machine_is_checked_without_any_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_DISK", 1 << 80)
    assert next(what for what, _ in doctor.machine()).endswith("are free on the disk")
