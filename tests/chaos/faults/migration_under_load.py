"""The schema grows while the line runs: a migration adds a column and an index to the busiest table of each service."""

from __future__ import annotations

from shared.db.migrate import migrate
from tests.chaos.world import World

TABLES = {
    "intake": "cases",
    "dispatch": "orders",
    "callback": "cases",
    "notify": "notices",
    "board": "cases",
}


def run(world: World) -> None:
    name = f"later_{world.random.randrange(10**6)}"
    for service, table in TABLES.items():
        world.let_flow(1)
        folder = world.folder / f"{service}-{name}" / "migrations"
        folder.mkdir(parents=True)
        grow = f"ALTER TABLE {table} ADD COLUMN {name} text; CREATE INDEX ON {table} ({name});"
        (folder / "0001_pre_later.sql").write_text(grow)
        world.note("migrated", applied=migrate(world.owner_url(), service, [folder]))
    world.let_flow(3)
