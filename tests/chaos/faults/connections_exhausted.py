"""Something else takes every connection that PostgreSQL has, while the services have to connect anew."""

from __future__ import annotations

from contextlib import suppress

import psycopg2

from tests.chaos.faults.backends_killed import ENDED
from tests.chaos.world import World

SECONDS = 15


def run(world: World) -> None:
    taken = []
    try:
        with suppress(psycopg2.OperationalError):
            while True:
                taken.append(psycopg2.connect(world.owner_url(), application_name="greedy"))
        world.note("connections taken", count=len(taken))
        world.database.run(ENDED)
        with suppress(psycopg2.OperationalError):
            while True:  # and those that became free by that
                taken.append(psycopg2.connect(world.owner_url(), application_name="greedy"))
        world.let_flow(SECONDS)
    finally:
        for connection in taken:
            connection.close()
    world.let_flow(3)
