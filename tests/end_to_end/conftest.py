"""A town in which the whole line runs, shared by the tests of one file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.provision.servers import Servers
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """All five services, one replica each, in a small town with practice rules."""
    with TemporaryTown(servers, small_town, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        yield town


@pytest.fixture
def api(town: TemporaryTown) -> Api:
    return Api(town)


@pytest.fixture
def until() -> Callable[..., Any]:
    """`until(question, seconds)`: the first answer that is not empty."""
    return wait_until


def wait_until(question: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"nothing came within {seconds} s"
        time.sleep(0.1)
    return answer
