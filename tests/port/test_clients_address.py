"""What the client says when the address is wrong."""

import pathlib

import pytest
from wangge_client import BadAddress, NotPermitted, NotThere, Unreachable, Upstream, WrongPassword

from tests.port.small_town import PASSWORD, VHOST, Broker, free_port


@pytest.mark.parametrize(
    "url", ["localhost:5672", "http://a:b@c/", "amqp://localhost:5672/x", "amqp://a:b@host:port/x"]
)
def test_address_that_cannot_be_read_says_how_to_write_it(url: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadAddress, match="amqp://"):
        Upstream(url, "hotline", tmp_path / "spool")


@pytest.mark.parametrize(
    ("user", "password", "vhost", "source", "expected", "repair"),
    [
        ("testtown-hotline", "wrong", VHOST, "hotline", WrongPassword, "compare the URL"),
        ("testtown-hotline", PASSWORD, "wangge-atlantis", "hotline", NotThere, "check virtual host"),
        ("testtown-hotline", PASSWORD, VHOST, "small", NotPermitted, "ask the operator for the permission"),
        ("town", PASSWORD, VHOST, "unknown", NotThere, "declare the topology"),
    ],
)
def test_refusal_of_the_broker_says_how_to_repair_it(
    broker: Broker, tmp_path: pathlib.Path, user, password, vhost, source, expected, repair
) -> None:
    with Upstream(broker.url(user, password, vhost), source, tmp_path / "spool") as upstream:
        with pytest.raises(expected, match=repair) as refusal:
            upstream.ready(timeout=20)
        assert password not in str(refusal.value)


def test_broker_that_is_not_there(tmp_path: pathlib.Path) -> None:
    with Upstream(
        f"amqp://testtown-hotline:secret@127.0.0.1:{free_port()}/x", "hotline", tmp_path / "spool"
    ) as upstream:
        with pytest.raises(Unreachable, match="check that the broker runs"):
            upstream.ready(timeout=2)
