"""A town in the database: an owner, and for every service a schema and a role with the least rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from deploy.provision.names import SERVICES, ProvisionError, database_of, owner_of, role_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Servers
from shared.db.migrate import folders_of, migrate

RIGHTS = ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES", "EXECUTE ON FUNCTIONS")
TIME_ZONE = "Asia/Shanghai"  # days of partitions and statistics are the town's days


def provision(servers: Servers, town: str, secrets: Secrets) -> list[str]:
    """Database, roles and schemas, then the migrations; returns the migrations that were applied."""
    database = database_of(town)
    with session(servers.database_url) as run:
        _check_rights(run)
        owner_url = _role(run, servers, secrets, database, owner_of(town), ("admin", "owner_database_url"))
        for service in SERVICES:
            _role(run, servers, secrets, database, role_of(town, service), (service, "database_url"))
        _database(run, database, owner_of(town))
        for service in SERVICES:
            name = sql.Identifier(role_of(town, service))
            run("ALTER ROLE {} IN DATABASE {} SET search_path = {}", name, _id(database), _id(service))
    with session(owner_url) as run:
        _schemas(run, town)
    return [f"{service}: {name}" for service in SERVICES for name in migrate(owner_url, service, folders_of(service))]


def sources_of_intake(secrets: Secrets) -> tuple[list[str], list[str]]:
    """The sources that an administrator has added to those of the town's folder, and those that are switched off."""
    with session(secrets.read("admin", "owner_database_url")) as run:
        rows = run("SELECT name, by_hand, enabled FROM intake.sources ORDER BY name")
    return [name for name, by_hand, _ in rows if by_hand], [name for name, _, enabled in rows if not enabled]


def members_of_dispatch(secrets: Secrets) -> list[str]:
    """The members who were entered beside those of the town's folder."""
    with session(secrets.read("admin", "owner_database_url")) as run:
        return [name for (name,) in run("SELECT member_id FROM dispatch.members WHERE by_hand AND active ORDER BY 1")]


def areas_of_notify(secrets: Secrets) -> dict[str, str | None]:
    """Every area of the town, with the one in which it lies."""
    with session(secrets.read("admin", "owner_database_url")) as run:
        return dict(run("SELECT grid_id, parent_id FROM notify.areas"))


def categories_of_intake(secrets: Secrets) -> dict[str, str]:
    """Every category of the town's catalogue, with its class."""
    with session(secrets.read("admin", "owner_database_url")) as run:
        return dict(run("SELECT code, class_code FROM intake.categories ORDER BY code"))


def drop(servers: Servers, town: str) -> None:
    """Take the town's database and roles away, with whoever is connected."""
    with session(servers.database_url) as run:
        roles = [role_of(town, service) for service in SERVICES] + [owner_of(town)]
        for role in filter(lambda role: _exists(run, role), roles):
            run("GRANT {} TO CURRENT_USER", _id(role))  # to end its sessions, and to drop what it owns
        run("DROP DATABASE IF EXISTS {} WITH (FORCE)", _id(database_of(town)))
        for role in roles:
            run("DROP ROLE IF EXISTS {}", _id(role))


@contextmanager
def session(url: str) -> Iterator[Any]:
    """`run(statement, *names)`: executes with identifiers put in, returns the rows; each statement by itself."""
    try:
        conn = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise ProvisionError(f"no connection to the database: {str(error).strip()}") from error
    conn.autocommit = True

    def run(statement: str, *names: sql.Composable) -> list[tuple[Any, ...]]:
        with conn.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*names))
            return cursor.fetchall() if cursor.description else []

    try:
        yield run
    finally:
        conn.close()


def _check_rights(run: Any) -> None:
    able = run("SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user")
    if not able[0][0]:
        raise ProvisionError(
            "the role in DATABASE_URL may not create roles and databases: ALTER ROLE … CREATEROLE CREATEDB"
        )


def _role(run: Any, servers: Servers, secrets: Secrets, database: str, role: str, place: tuple[str, str]) -> str:
    password = secrets.password(*place)
    if not _exists(run, role):
        run("CREATE ROLE {}", _id(role))
    run("ALTER ROLE {} LOGIN PASSWORD {}", _id(role), sql.Literal(password))
    url = servers.database_for(database, role, password)
    secrets.write(url, *place)
    return url


def _exists(run: Any, role: str) -> bool:
    return bool(run("SELECT 1 FROM pg_roles WHERE rolname = {}", sql.Literal(role)))


def _database(run: Any, database: str, owner: str) -> None:
    if not run("SELECT 1 FROM pg_database WHERE datname = {}", sql.Literal(database)):
        run("GRANT {} TO CURRENT_USER", _id(owner))  # who is no superuser must be a member to give it away
        run("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'", _id(database), _id(owner))


def _schemas(run: Any, town: str) -> None:
    """As the owner: nothing for the public, and for each service the use of its own schema."""
    database = _id(database_of(town))
    run("REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    run("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    run("ALTER DATABASE {} SET timezone = {}", database, sql.Literal(TIME_ZONE))
    for service in SERVICES:
        schema, role = _id(service), _id(role_of(town, service))
        run("CREATE SCHEMA IF NOT EXISTS {}", schema)
        run("GRANT CONNECT ON DATABASE {} TO {}", database, role)
        run("GRANT USAGE ON SCHEMA {} TO {}", schema, role)
        for rights in RIGHTS:
            run("ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT " + rights + " TO {}", schema, role)


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)
