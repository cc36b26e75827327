"""A town in which the whole line runs, shared by the tests of one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
