"""Providers of messages lie (success with an error code, dropped in silence, the effect and then no answer, receipts
late and doubled, 429, 5xx) while notify is killed before it sends, between sending and recording, and at any moment."""

from __future__ import annotations

import time

from tests.chaos.channels import Channels
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import Needs, World
from tests.support.processes import ServiceProcess

NEEDS = Needs(channels=True)
ROUNDS = 12
POINTS = ("before_send", "after_send", "after_send", "")
START, WAIT = 90.0, 6.0  # seconds: for a start on a busy machine; for an armed process to come to its point


def run(world: World) -> None:
    channels = Channels(world)
    world.guests.append(channels)
    world.let_flow(5)
    for _ in range(ROUNDS):
        process, point = world.one_of("notify"), world.random.choice(POINTS)
        world.kill(process)
        _start(process, f"{point}:{world.random.randint(1, 4)}" if point else "")
        channels.hurry()  # an armed process has something to send
        end = time.monotonic() + WAIT
        while process.alive and time.monotonic() < end:
            time.sleep(0.05)
        if process.alive:
            world.kill(process)  # and is unarmed
        else:
            world.killed(process, point)
        _start(process)
        world.let_flow(world.random.uniform(0, 3))


def _start(process: ServiceProcess, failpoints: str = "") -> None:
    """Until it works, or has died at its point already."""
    process.start(failpoints)
    wait_until(lambda: not (process.alive and process.problems()), START, f"{process.name} works")
