"""The power fails while a process is at a named point: after it received, before or after its commit, after it
published, after the confirm, before it acknowledged."""

from __future__ import annotations

import time
from collections.abc import Collection

from deploy.provision.names import SERVICES
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import World
from tests.support.processes import ServiceProcess

POINTS = ("after_receive", "before_commit", "after_commit", "after_publish", "after_confirm", "before_ack")
ROUNDS = 50
START = 90.0  # seconds that a start may take on a busy machine
WAIT = 4.0  # seconds for the armed processes, once they work, to come to their points


def run(world: World, rounds: int = ROUNDS) -> None:
    for _ in range(rounds):
        armed = {world.one_of(service): world.random.choice(POINTS) for service in SERVICES}
        for process, point in armed.items():
            if process.alive:
                process.stop()
            process.start(failpoints=f"{point}:{world.random.randint(1, 4)}")
        _let_come(armed)
        for process, point in armed.items():
            if process.alive:
                process.stop()  # unarmed again: one that died at its point later would be missed by nobody
            else:
                world.killed(process, point)
            process.start()
    for process in world.town.processes:
        process.restart()


def _let_come(armed: Collection[ServiceProcess]) -> None:
    """Until all are dead, or the rest has worked for a while. Raises TimeoutError when one does not start."""
    wait_until(lambda: not any(one.alive and one.problems() for one in armed), START, "armed processes work")
    end = time.monotonic() + WAIT
    while any(one.alive for one in armed) and time.monotonic() < end:
        time.sleep(0.05)
