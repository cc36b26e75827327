"""What every test may ask for: the servers, a small town's folder, towns of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from deploy.local import stack, supervision
from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.support.town import TemporaryTown

hypothesis.settings.register_profile("house", deadline=None)  # how long an example takes says nothing on a busy machine
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A real broker and database: the ones that the environment names, or this checkout's own, stopped again at the
    end when the tests have started them."""
    if not stack.is_private():
        yield stack.servers()
        return
    ours = not supervision.running()
    stack.ensure()
    yield stack.servers()
    if ours:
        supervision.stop()


@pytest.fixture(scope="session")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small town (deploy/towns/small.py)."""
    folder = tmp_path_factory.mktemp("small-town")
    write_small_town(folder)
    return folder


@pytest.fixture
def new_town(servers: Servers, small_town: Path, tmp_path: Path) -> Iterator[Callable[..., TemporaryTown]]:
    """`new_town()`: a town of the test's own; takes the arguments of TemporaryTown, all by name."""
    with ExitStack() as towns:

        def make(**arguments: Any) -> TemporaryTown:
            return towns.enter_context(TemporaryTown(servers, **({"folder": small_town, "logs": tmp_path} | arguments)))

        yield make
