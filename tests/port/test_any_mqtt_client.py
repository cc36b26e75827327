"""What deploy/runbooks/phones.md says is enough for any MQTT client: Debian's mosquitto-clients hear a town."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import rabbitmq, stack
from deploy.provision import subscribers
from deploy.provision.commandline import Town, perform
from tests.port.test_any_amqp_client import SOURCE, hear, publish, report
from tests.support.mqtt import Phone
from tests.support.town import TemporaryTown

pytestmark = pytest.mark.skipif(shutil.which("mosquitto_sub") is None, reason="apt-get install mosquitto-clients")


WANTED = ("add", "county", "--transition", "work_assigned,case_registered")
ASSIGNED = "SELECT member_id FROM orders JOIN cases ON cases.id = case_id WHERE number = %s"


def test_phones_and_systems_hear_what_has_happened_while_they_were_off(new_town: Callable[..., TemporaryTown]) -> None:
    town = new_town()
    town.start()
    parser = argparse.ArgumentParser()
    subscribers.add_commands(parser)
    perform(Town(town.servers, town.name, town.secrets), parser.parse_args(WANTED))
    system = Phone(town, "subscribers", "county", device="centre")
    assert system.may_subscribe("work_assigned/+/#", "-c")
    phones = {path.name: Phone(town, "members", path.name) for path in town.secrets.path("members").iterdir()}
    assert all(phone.may_subscribe(member, "-c") for member, phone in phones.items())
    uri = town.uri("sources", SOURCE)
    publish(uri, report("HL-1", title="路灯不亮", kind="complaint"))
    number = hear(uri, 2)[1]["data"]["number"]
    [(member,)] = town.rows("dispatch", ASSIGNED, number)
    [event] = map(json.loads, system.hear("work_assigned/+/#", 1))
    assert event["type"] == "feed.work_assigned.v1" and event["data"]["number"] == number
    [notice] = map(json.loads, phones[member].hear(member, 1))
    assert notice["type"] == "notice.work_assigned.v1" and notice["data"]["number"] == number
    [(other, silent), *_] = [(name, phone) for name, phone in phones.items() if name != member]
    assert silent.hear(other, 1, seconds=1) == []


@pytest.mark.skipif(not stack.is_private(), reason="the options are those of this checkout's broker")
def test_the_printed_options_are_enough(new_town: Callable[..., TemporaryTown], tmp_path: Path) -> None:
    """`make credentials MEMBER=m001 MQTT=1 > ~/.config/mosquitto_sub`: no password on the command line."""
    town = new_town(services=())
    options = rabbitmq.mqtt_options(town.uri("members", "m001"))
    (tmp_path / "mosquitto_sub").write_text(options + "\n")
    command = ["mosquitto_sub", "-i", f"{town.name}-m001.phone", "-c", "-q", "1", "-t", "m001", "-E"]
    done = subprocess.run(command, env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}, timeout=20)
    assert done.returncode == 0
