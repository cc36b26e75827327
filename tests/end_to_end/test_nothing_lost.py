"""Nothing that was confirmed is lost, nothing happens twice: real processes, two replicas each, real faults.

A short way through the catalogue of `make chaos`, with a broker and a database of its own that may be broken. All
faults meet one town, so that each finds the traces of those before it. The history stays in .local/chaos/tests.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from deploy.local.checkout import data
from tests.chaos.faults import (
    broker_killed,
    broker_restarted,
    database_restarted,
    killed_at_a_point,
    poison,
    service_stopped,
    tripled_and_shuffled,
)
from tests.chaos.history import History
from tests.chaos.servers.processes import remove
from tests.chaos.world import Needs, World

FAULTS = {
    "killed at a point": partial(killed_at_a_point.run, rounds=8),
    "tripled and shuffled": tripled_and_shuffled.run,
    "poison": poison.run,
    "broker restarted": broker_restarted.run,
    "broker killed": broker_killed.run,
    "database restarted": database_restarted.run,
    "service stopped": service_stopped.run,
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder, seed = data() / "chaos" / "tests", random.SystemRandom().randrange(10**6)
    remove(folder)
    folder.mkdir(parents=True)
    history = History(folder)
    history.note("seed", seed=seed)
    world = World(Needs(), folder, str(seed), history)
    with world.running():
        yield world
    world.forget()
    history.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("break_it", FAULTS.values(), ids=FAULTS)
def test_promises_are_kept(world: World, break_it: Callable[[World], None]) -> None:
    world.traffic.go_on()
    break_it(world)
    assert world.settle() == []
    assert world.traffic.good, "nothing was reported: nothing was proved"
