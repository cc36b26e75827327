"""Ten thousand deadlines come due within a minute while replicas of dispatch lose power, each at any moment, and
start again: each step comes once and in time, whoever takes it."""

from __future__ import annotations

from tests.chaos.deadlines import LEAD, WITHIN, Deadlines
from tests.chaos.world import Needs, World

NEEDS = Needs(people=False)
KILLS = 3


def run(world: World) -> None:
    deadlines = Deadlines(world)
    deadlines.pass_by(LEAD)
    for _ in range(KILLS):
        deadlines.pass_by(world.random.uniform(0, WITHIN / KILLS))
        process = world.one_of("dispatch")
        world.kill(process)
        process.restart()
    deadlines.come_to_an_end()
