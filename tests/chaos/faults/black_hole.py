"""Packets vanish: connections stay open, and nothing comes through for a while; first to the broker, then to the
database."""

from __future__ import annotations

from tests.chaos.world import World

SECONDS = 40


def run(world: World) -> None:
    for proxy in (world.to_broker, *world.to_database):
        proxy.holding = True
        world.let_flow(SECONDS)
        proxy.heal()
        world.let_flow(5)
