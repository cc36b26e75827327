"""Two of three broker nodes hang and then lose power; the last one alone may confirm nothing."""

from __future__ import annotations

import signal

from tests.chaos.world import Needs, World

NEEDS = Needs(nodes=3)


def run(world: World) -> None:
    world.let_flow(3)
    lost = world.random.sample(world.broker.nodes, 2)
    for node in lost:
        node.server.send(signal.SIGSTOP)
    world.let_flow(15)
    for node in lost:
        node.kill()
    world.let_flow(10)
    for node in lost:
        node.server.start()  # both at once: each waits for the other
    world.broker.heal()
    world.let_flow(5)
