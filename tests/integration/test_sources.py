"""Sources of a running town: added, given a new password, switched off and on, without a restart."""

from __future__ import annotations

import argparse
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest
import requests
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, ProbableAuthenticationError

from deploy.provision import sources
from deploy.provision.commandline import Town, perform
from deploy.provision.names import ProvisionError
from deploy.provision.servers import Servers
from deploy.provision.town import provision
from tests.integration.test_intake_doors import post, publish, report, start_with_a_grid
from tests.support.town import TemporaryTown
from tests.support.waiting import until

POLICE = ["--kind", "platform", "--name-zh", "派出所", "--name-en", "Police", "--auto-accept"]


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A town in which only intake runs, with a source that was added to those of its folder."""
    with TemporaryTown(servers, small_town, services=("intake",), logs=tmp_path_factory.mktemp("logs")) as town:
        start_with_a_grid(town)
        do(town, "add", "police", *POLICE)
        yield town


def do(town: TemporaryTown, *words: str) -> str:
    parser = argparse.ArgumentParser()
    sources.add_commands(parser)
    return perform(Town(town.servers, town.name, town.secrets), parser.parse_args(words))


def of_source(name: str, external_id: str) -> bytes:
    return json.dumps(json.loads(report(external_id)) | {"source": name}).encode()


def send(town: TemporaryTown, name: str, external_id: str) -> None:
    with town.broker("sources", name) as connection:
        channel = connection.channel()
        channel.basic_publish("reports", f"{name}.normal", of_source(name, external_id), mandatory=True)


def outcome(town: TemporaryTown, external_id: str) -> list[tuple[str, object]]:
    return town.rows("intake", "SELECT kind, body->'reasons' FROM feedback WHERE external_id = %s", external_id)


def test_a_new_source_reports_to_the_running_town_and_is_told(town: TemporaryTown) -> None:
    send(town, "police", "P-1")
    assert until(lambda: outcome(town, "P-1"), seconds=40)[0][0] == "report_received"
    with town.broker("sources", "police") as connection:
        assert connection.channel().queue_declare("feedback.police", passive=True)
    assert stat.S_IMODE(town.secrets.path("sources", "police", "amqp_uri").stat().st_mode) == 0o600


def test_a_new_source_may_do_its_own_work_only(town: TemporaryTown) -> None:
    for act in (
        lambda c: c.basic_publish("reports", "hotline.normal", b"{}"),
        lambda c: c.basic_publish("messages", "intake.case_closed.v1.normal", b"{}"),
        lambda c: c.queue_bind("feedback.police", "reports", "#"),
        lambda c: c.queue_declare("reports.hotline.normal", durable=True),
        lambda c: c.basic_get("feedback.hotline"),
        lambda c: c.basic_get("reports.police.normal"),
    ):
        with town.broker("sources", "police") as connection:
            channel = connection.channel()
            with pytest.raises(ChannelClosedByBroker) as refusal:
                act(channel)
            assert refusal.value.reply_code == 403


def test_provisioning_and_loading_again_keep_what_was_added_and_what_is_off(town: TemporaryTown) -> None:
    do(town, "add", "fire", *POLICE)
    do(town, "disable", "fire")
    provision(town.servers, town.name, town.secrets, town.folder)
    town.admin("intake", "load-town", str(town.folder))
    send(town, "police", "P-2")
    with pytest.raises(ChannelClosedByBroker):
        send(town, "fire", "F-1")
    listed = do(town, "list").splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["fire", "off"],
        ["hotline", "on"],
        ["patrol", "on"],
        ["police", "on"],
        ["portal", "on"],
    ]


def test_a_new_password_ends_the_old_one_and_its_connections(town: TemporaryTown) -> None:
    old = town.uri("sources", "police")
    with pytest.raises(AMQPConnectionError), town.broker("sources", "police") as connection:
        do(town, "rotate", "police", "--dry-run")
        connection.process_data_events(1)
        assert town.uri("sources", "police") == old
        said = do(town, "rotate", "police")
        connection.process_data_events(5)
        connection.process_data_events(5)
    new = town.uri("sources", "police")
    assert new != old
    assert new not in said
    assert str(town.secrets.path("sources", "police", "amqp_uri")) in said
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(old))
    send(town, "police", "P-3")
    assert until(lambda: outcome(town, "P-3"))[0][0] == "report_received"


def test_a_disabled_source_is_refused_at_every_door_and_its_neighbour_is_not(town: TemporaryTown) -> None:
    body = {"external_id": "H-1", "title": "路灯不亮"}
    do(town, "disable", "hotline", "--dry-run")
    assert post(town, "/intake/reports", "source", "hotline", body).status_code == 201
    do(town, "disable", "hotline")
    try:
        refused = post(town, "/intake/reports", "source", "hotline", body | {"external_id": "H-2"})
        assert (refused.status_code, refused.json()["reasons"][0]["field"]) == (422, "source")
        with pytest.raises(ChannelClosedByBroker):
            send(town, "hotline", "H-3")
        with town.broker("sources", "hotline") as connection, pytest.raises(ChannelClosedByBroker):
            connection.channel().basic_get("feedback.hotline")
        with town.broker() as connection:  # what was in its queue already
            publish(connection, "reports", "hotline.normal", report("H-4"))
        kind, reasons = until(lambda: outcome(town, "H-4"))[0]
        assert (kind, reasons[0]["field"]) == ("report_rejected", "source")
        assert post(town, "/intake/reports", "source", "portal", body).status_code == 201
    finally:
        do(town, "enable", "hotline")
    send(town, "hotline", "H-5")
    assert until(lambda: outcome(town, "H-5"))[0][0] == "report_received"


@pytest.mark.parametrize(
    "name", ["Police", "p", "a.b", "#", "police;x", "../x", "x" * 40, "intake", "patrol", "m001", "po lice"]
)
def test_odd_names_are_refused(town: TemporaryTown, name: str) -> None:
    with pytest.raises(ProvisionError):
        do(town, "add", name, *POLICE)
    assert not town.secrets.path("sources", name, "amqp_uri").exists()


def test_what_cannot_be_done_says_how_to_repair(town: TemporaryTown) -> None:
    for words, repair in (
        (["add", "hotline", *POLICE], "sources.yaml"),
        (["add", "fire2", *POLICE, "--feedback", "everything"], "feedback"),
        (["add", "fire2", *POLICE, "--settings", "/nowhere.yaml"], "cannot be read"),
        (["rotate", "nobody"], "lists those"),
        (["rotate", "patrol"], "their own users"),
        (["disable", "nobody"], "lists those"),
    ):
        with pytest.raises(ProvisionError, match=repair):
            do(town, *words)


def test_a_rehearsal_changes_nothing(town: TemporaryTown) -> None:
    assert "fire3" in do(town, "add", "fire3", *POLICE, "--dry-run")
    assert "fire3" not in do(town, "list")
    assert not town.secrets.path("sources", "fire3").exists()
    assert all("fire3" not in queue for queue in town.queues())


def test_the_catalogue_is_shown(town: TemporaryTown) -> None:
    rows = [json.loads(line) for line in town.admin("intake", "catalogue").splitlines()]
    assert "9999" in {row["code"] for row in rows}
    assert json.loads(town.admin("intake", "catalogue", "9999"))["code"] == "9999"
    with pytest.raises(ProvisionError, match="lists those"):
        town.admin("intake", "catalogue", "0000")


def test_intake_is_ready_all_the_time(town: TemporaryTown) -> None:
    assert requests.get(f"http://{town.of('intake')[0].ops}/readyz", timeout=10).json()["problems"] == []
