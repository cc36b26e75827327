"""Migrations: NNNN_{pre|post}_what.sql, applied once each, in order, by the owner of the schema.

`pre` migrations run before new code starts and must not break the old code; `post` ones run when the old code is gone.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import psycopg2

SHARED = Path(__file__).parent / "migrations"
_FORM = re.compile(r"^(\d{4})_(pre|post)_\w+\.sql$")


class MigrationError(Exception):
    """A migration cannot be applied; the text says which and how to repair it."""


def folders_of(service: str) -> list[Path]:
    """Where the migrations of a service are: the machinery's first, then its own."""
    return [SHARED, SHARED.parents[2] / "services" / service / "migrations"]


def migrations_of(folders: list[Path], phase: str = "all") -> list[tuple[str, Path]]:
    """(name, file) of every migration in order of application; the name is `<folder's owner>/<file>`."""
    found = []
    for folder in folders:
        for path in sorted(folder.glob("*.sql")):
            form = _FORM.match(path.name)
            if not form:
                raise MigrationError(f"{path.name} is not named NNNN_pre_what.sql or NNNN_post_what.sql: rename it")
            if phase in ("all", form[2]):
                found.append((f"{folder.parent.name}/{path.name}", path))
    return found


def migrate(owner_dsn: str, schema: str, folders: list[Path], phase: str = "all") -> list[str]:
    """Apply what is missing in `schema`, each migration in a transaction of its own; returns the names applied."""
    applied = []
    conn = psycopg2.connect(owner_dsn)
    try:
        with conn, conn.cursor() as cur:
            cur.execute("SELECT set_config('search_path', %s, false)", [schema])
            cur.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"wangge migrate {schema}"])
            cur.execute(
                "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, digest text NOT NULL, "
                "applied_at timestamptz NOT NULL DEFAULT now())"
            )
        for name, path in migrations_of(folders, phase):
            if _apply(conn, name, path):
                applied.append(name)
    finally:
        conn.close()
    return applied


def _apply(conn: psycopg2.extensions.connection, name: str, path: Path) -> bool:
    sql = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(sql.encode()).hexdigest()
    with conn, conn.cursor() as cur:
        cur.execute("SELECT digest FROM migrations WHERE name = %s", [name])
        known = cur.fetchone()
        if known:
            if known[0] != digest:
                raise MigrationError(f"{name} was changed after it had been applied: put it back, add a new migration")
            return False
        cur.execute(sql)
        cur.execute("INSERT INTO migrations (name, digest) VALUES (%s, %s)", [name, digest])
        return True
