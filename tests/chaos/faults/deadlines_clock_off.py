"""The clock of one replica of dispatch is an hour ahead or behind while ten thousand deadlines come due, with the other
beside it and without: nothing comes early, nothing late, because the database's clock counts."""

from __future__ import annotations

from tests.chaos.deadlines import LEAD, WITHIN, Deadlines
from tests.chaos.world import Needs, World

NEEDS = Needs(people=False)
OFF = ("+1h", "-1h")


def run(world: World) -> None:
    odd, right = world.random.sample(world.town.of("dispatch"), 2)
    off = world.random.choice(OFF)
    world.note("clock off", process=odd.name, by=off)
    odd.restart(**world.clock(off))
    deadlines = Deadlines(world)
    deadlines.pass_by(LEAD + WITHIN / 3)
    right.stop()
    deadlines.pass_by(WITHIN / 3)
    right.restart()
    deadlines.come_to_an_end()
    odd.restart()
