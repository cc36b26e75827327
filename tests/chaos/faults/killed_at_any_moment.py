"""Processes are killed at any moment, both replicas of a service among them, as when a machine goes down."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.world import World

ROUNDS = 50


def run(world: World) -> None:
    for _ in range(ROUNDS):
        world.let_flow(world.random.uniform(0.5, 2.5))
        service = world.random.choice(SERVICES)
        for process in world.town.of(service):
            world.kill(process)
        other = world.one_of(world.random.choice(SERVICES))
        if other.alive:
            world.kill(other)
        world.bring_back()
