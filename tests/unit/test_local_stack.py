"""Ports, sockets and process descriptions of the native stack, without starting any."""

from __future__ import annotations

import configparser
import socket
from pathlib import Path

import pytest

from deploy.local import checkout, supervision, towns
from deploy.local.checkout import LocalError
from deploy.local.supervision import Program
from deploy.provision.folder import admin_environment
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.servers import NAMES, Servers, from_environment

URLS = {
    "AMQP_ADMIN_URL": "http://a:b@h:1",
    "AMQP_URI": "amqps://a:b@h:2/x",
    "DATABASE_URL": "postgresql://a:b@h:3/y?a=1",
}


@pytest.fixture(autouse=True)
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (checkout, supervision, towns):
        monkeypatch.setattr(module, "LOCAL", tmp_path)
    (tmp_path / "conf.d").mkdir()
    return tmp_path


def test_a_port_is_chosen_once_and_remembered() -> None:
    first = checkout.port("amqp")
    assert checkout.port("amqp") == first
    assert checkout.port("postgres") != first
    assert 20_000 <= first < 32_000  # neither ephemeral nor rabbitmqctl's own


def test_a_port_that_somebody_has_is_not_chosen() -> None:
    first = checkout.port("amqp")
    checkout.forget_port("amqp")
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        assert checkout.port("amqp") != first


def test_passwords_are_random_remembered_and_closed(local: Path) -> None:
    assert checkout.password("rabbitmq") == checkout.password("rabbitmq") != checkout.password("postgres")
    assert len(checkout.password("rabbitmq")) >= 32
    assert (local / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_the_socket_moves_where_its_path_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "fingerprint", lambda: "test")
    monkeypatch.setattr(supervision, "LOCAL", Path("/srv/wangge/.local"))
    assert supervision.socket_path() == Path("/srv/wangge/.local/run/supervisor.sock")
    monkeypatch.setattr(supervision, "LOCAL", Path("/srv") / ("x" * 100) / ".local")
    assert len(str(supervision.socket_path())) < 60
    folder = supervision.socket_path().parent
    folder.chmod(0o755)
    with pytest.raises(LocalError, match="remove it"):
        supervision.socket_path()
    folder.rmdir()


def test_a_group_is_described_so_that_supervisor_reads_it_back(local: Path) -> None:
    programs = [
        Program("intake-1", "python -m x", {"A": "50%", "B": "x,y"}, order=50),
        Program("edge", "nginx -g 'daemon off;'", user="www-data", stop_signal="QUIT", order=60),
    ]
    supervision.write_group("town-t1", programs)
    read = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    read.read(local / "conf.d" / "town-t1.ini")
    assert read["group:town-t1"]["programs"] == "town-t1.intake-1,town-t1.edge"
    intake, edge = read["program:town-t1.intake-1"], read["program:town-t1.edge"]
    assert intake["environment"] == 'A="50%%",B="x,y"'
    assert (edge["user"], edge["stopsignal"], edge["process_name"]) == ("www-data", "QUIT", "edge")
    assert "user" not in intake
    assert intake["autostart"] == "false"
    assert towns.names() == ["t1"]
    supervision.forget_group("town-t1")
    assert towns.names() == []


def test_replicas_have_addresses_of_their_own() -> None:
    towns.LOCAL.joinpath("towns").mkdir()
    towns.note("t1", replicas=2)
    replicas = towns.replicas_of("t1")
    assert [r.name for r in replicas if r.service == "dispatch"] == ["dispatch-1", "dispatch-2"]
    addresses = [address for r in replicas for address in (r.http, r.ops)]
    assert len(set(addresses)) == len(addresses) == 20


def test_servers_come_from_the_environment_whole_or_not_at_all() -> None:
    assert from_environment({}) is None
    assert from_environment(URLS) == Servers(*URLS.values())
    with pytest.raises(ProvisionError, match="AMQP_URI, DATABASE_URL not set"):
        from_environment({"AMQP_ADMIN_URL": "http://h"})


def test_addresses_keep_what_is_not_the_login() -> None:
    servers = Servers(*URLS.values())
    assert servers.amqp_for("wangge-t1", "t1-m1", "p/@:") == "amqps://t1-m1:p%2F%40%3A@h:2/wangge-t1"
    assert servers.database_for("wangge_t1", "r", "p") == "postgresql://r:p@h:3/wangge_t1?a=1"
    assert "a:b" not in repr(servers)


def test_a_services_own_commands_do_not_get_the_administrators_logins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "an administrator's")
    given = admin_environment(Secrets(tmp_path), "qiuchuan", "intake")
    assert not set(NAMES) & set(given) and given["DATABASE_URL_FILE"] == str(tmp_path / "intake" / "database_url")
