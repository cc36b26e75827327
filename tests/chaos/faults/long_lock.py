"""Somebody locks a table of a service for longer than the service waits for locks."""

from __future__ import annotations

import psycopg2

from tests.chaos.world import World

SECONDS = 25
TABLES = ("intake.cases", "dispatch.orders", "callback.cases", "notify.deliveries", "board.journal")


def run(world: World) -> None:
    for table in world.random.sample(TABLES, 2):
        connection = psycopg2.connect(world.owner_url())
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                world.note("locked", table=table)
                world.let_flow(SECONDS)
        finally:
            connection.close()
        world.let_flow(3)
