"""The town that a table is replayed into."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg2

from deploy.local import lifecycle, supervision, towns
from deploy.local.checkout import LOCAL
from deploy.local.console import step
from deploy.provision.secrets import Secrets
from deploy.towns.from_geojson import write_town
from services.intake.adapters.table import Table


def have_town(town: str, areas: Path, table: Table) -> Secrets:
    """The town runs with these areas as its grids, and intake knows them all. Raises LocalError, ProvisionError."""
    folder = LOCAL / "towns" / town
    write_town(folder, areas, table.grid_name, table.categories)
    lifecycle.have_town(town, folder)
    secrets = towns.secrets_of(town)
    wanted = {f["properties"]["grid_id"] for f in json.loads((folder / "grids.geojson").read_text("utf-8"))["features"]}
    with step("grids reach intake 网格资料到达"):
        # intake is ready with its first grids; a report that came before its own grid would go to the desk
        supervision.wait_for(
            lambda: wanted <= _grids_in_intake(secrets), 60, f"the {len(wanted)} areas to reach intake"
        )
    return secrets


def _grids_in_intake(secrets: Secrets) -> set[str]:
    connection = psycopg2.connect(secrets.read("intake", "database_url"))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT grid_id FROM intake.grids")
            return {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()
