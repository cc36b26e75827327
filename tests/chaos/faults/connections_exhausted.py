"""Something else takes every connection that PostgreSQL has, while the services have to connect anew."""

from __future__ import annotations

from contextlib import suppress

import psycopg2
import psycopg2.extensions

from tests.chaos.faults.backends_killed import ENDED
from tests.chaos.world import World

SECONDS = 15


def run(world: World) -> None:
    taken: list[psycopg2.extensions.connection] = []
    try:
        _take_all(world, taken)
        with taken[0].cursor() as cursor:
            cursor.execute(ENDED)
        _take_all(world, taken)  # those that became free by that
        world.note("connections taken", count=len(taken))
        world.let_flow(SECONDS)
    finally:
        for connection in taken:
            connection.close()
    world.let_flow(3)


def _take_all(world: World, taken: list[psycopg2.extensions.connection]) -> None:
    with suppress(psycopg2.OperationalError):
        while True:
            taken.append(psycopg2.connect(world.owner_url(), application_name="greedy"))
