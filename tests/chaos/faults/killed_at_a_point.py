"""The power fails while a process is at a named point: after it received, before or after its commit, after it
published, after the confirm, before it acknowledged."""

from __future__ import annotations

import time

from deploy.provision.names import SERVICES
from tests.chaos.world import World

POINTS = ("after_receive", "before_commit", "after_commit", "after_publish", "after_confirm", "before_ack")
ROUNDS = 50
WAIT = 4.0  # seconds for the armed processes to come to their points


def run(world: World, rounds: int = ROUNDS) -> None:
    for _ in range(rounds):
        armed = {world.one_of(service): world.random.choice(POINTS) for service in SERVICES}
        for process, point in armed.items():
            if process.alive:
                process.stop()
            process.start(failpoints=f"{point}:{world.random.randint(1, 4)}")
        end = time.monotonic() + WAIT
        while any(process.alive for process in armed) and time.monotonic() < end:
            time.sleep(0.05)
        for process, point in armed.items():
            if not process.alive:
                world.killed(process, point)
                process.start()
    for process in world.town.processes:  # some are armed still
        process.restart()
