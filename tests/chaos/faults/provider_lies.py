"""Providers of messages lie (success with an error code, dropped in silence, the effect and then no answer, receipts
late and doubled, 429, 5xx) while notify is killed before it sends, between sending and recording, and at any moment."""

from __future__ import annotations

import time

from tests.chaos.channels import Channels
from tests.chaos.world import Needs, World
from tests.support.processes import ServiceProcess

NEEDS = Needs(channels=True)
ROUNDS = 16
POINTS = ("before_send", "after_send", "after_send", "")
WAIT = 6.0  # seconds for an armed process to come to its point


def run(world: World) -> None:
    world.guests.append(Channels(world))
    world.let_flow(5)
    for _ in range(ROUNDS):
        process, point = world.one_of("notify"), world.random.choice(POINTS)
        if point:
            process.restart(failpoints=f"{point}:{world.random.randint(1, 4)}")
            _let_come(process)
        else:
            world.let_flow(world.random.uniform(0.5, 3))
            world.kill(process)
        if process.alive:
            process.stop()  # unarmed again
        elif point:
            world.killed(process, point)
        process.restart()
        world.let_flow(world.random.uniform(0, 2))


def _let_come(process: ServiceProcess) -> None:
    end = time.monotonic() + WAIT
    while process.alive and time.monotonic() < end:
        time.sleep(0.05)
