"""Webhooks of sources: whom they may reach, and what becomes of them after an answer."""

from __future__ import annotations

import socket
from ipaddress import ip_network
from typing import Any

import pytest

from services.notify.channels import web
from services.notify.channels.web import Forbidden, may_call, target_of
from services.notify.channels.webhook import post
from services.notify.domain.webhooks import GIVEN_UP, STEPS, decide


@pytest.mark.parametrize(
    ("status", "retry_after", "attempts", "age", "expected"),
    [
        (200, 0, 1, 0, ("delivered", 0)),
        (204, 0, 9, GIVEN_UP + 1, ("delivered", 0)),
        (410, 0, 1, 0, ("stopped", 0)),
        (500, 0, 1, 0, ("later", 10)),
        (500, 600, 1, 0, ("later", 10)),  # only those that are busy say when to come again
        (0, 0, 2, 70, ("later", 60)),
        (302, 0, 3, 700, ("later", 600)),
        (404, 0, 50, GIVEN_UP - 1, ("later", 3600)),
        (429, 120, 1, 0, ("later", 120)),
        (429, 1, 1, 0, ("later", 10)),
        (503, 10**9, 1, 0, ("later", GIVEN_UP)),
        (500, 0, 30, GIVEN_UP, ("failed", 0)),
    ],
)
def test_what_becomes_of_it(
    status: int, retry_after: float, attempts: int, age: float, expected: tuple[str, float]
) -> None:
    assert decide(status, retry_after, attempts, age) == expected


def test_the_steps_reach_beyond_a_day() -> None:
    tries = [decide(500, 0, attempt, 0).wait for attempt in range(1, 40)]
    assert tries[: len(STEPS)] == list(STEPS) and set(tries[len(STEPS) :]) == {3600}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused_unless_listed(address: str) -> None:
    assert not may_call(address, True, [])
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    assert may_call(address, False, everything)


def test_public_addresses_need_tls() -> None:
    assert may_call("93.184.216.34", True, []) and may_call("2606:4700::1111", True, [])
    assert not may_call("93.184.216.34", False, [])


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "https://", "file:///etc/passwd", "https://user:pw@example.org/", "https://127.0.0.1/"],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        target_of(url, [])
    assert post(url, {}, b"", []).status == 0


def test_one_private_address_of_a_name_is_enough_to_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ["93.184.216.34", "10.0.0.1"]

    def found(*given: Any, **named: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Forbidden, match=r"10\.0\.0\.1"):
        target_of("https://sender.example/", [])
    addresses.pop()
    assert target_of("https://sender.example/a?b=1", []) == (True, "sender.example", 443, "/a?b=1", "93.184.216.34")


def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means something else a moment later (DNS rebinding) changes nothing."""
    looked_up: list[str] = []
    called: list[Any] = []

    def lookup(host: str, *given: Any, **named: Any) -> list[Any]:
        looked_up.append(host)
        return [(0, 0, 0, "", ("93.184.216.34" if len(looked_up) == 1 else "127.0.0.1", 443))]

    def connect(address: Any, *given: Any) -> Any:
        called.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(web.socket, "create_connection", connect)
    assert post("https://sender.example/", {}, b"", []).status == 0
    assert called == [("93.184.216.34", 443)] and len(looked_up) == 1
