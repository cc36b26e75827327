"""An administrator ends database sessions, again and again, whatever they are at."""

from __future__ import annotations

from tests.chaos.world import World

ENDED = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name LIKE 'wangge-%' AND random() < 0.5"""


def run(world: World) -> None:
    for _ in range(15):
        world.let_flow(world.random.uniform(0.3, 1.5))
        world.note("sessions ended", count=world.database.run(ENDED)[0][0])
