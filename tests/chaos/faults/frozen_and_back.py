"""A machine hangs for longer than the broker waits for its heartbeat, then goes on as if nothing had been: a zombie
that still believes to hold what others have taken over."""

from __future__ import annotations

import signal

from deploy.provision.names import SERVICES
from tests.chaos.world import World

SECONDS = 75  # two heartbeats and some


def run(world: World) -> None:
    world.let_flow(3)
    frozen = [world.one_of(service) for service in SERVICES]
    for process in frozen:
        process.signal(signal.SIGSTOP)
    world.let_flow(SECONDS)
    for process in frozen:
        process.signal(signal.SIGCONT)
    world.let_flow(5)
