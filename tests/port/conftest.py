"""One private broker for the tests of the client library."""

import contextlib
from collections.abc import Iterator

import pika
import pytest

from tests.port.small_town import Broker, Town


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = Broker(tmp_path_factory.mktemp("broker"))
    running.start()
    yield running
    running.end()


@pytest.fixture
def town(broker: Broker) -> Iterator[Town]:
    other_side = Town(broker)
    other_side.empty()
    yield other_side
    with contextlib.suppress(pika.exceptions.AMQPError):
        other_side.connection.close()
