"""One report makes its handler fail every time it is tried; its neighbours flow; when the cause is mended, it is tried
again and goes its way."""

from __future__ import annotations

from tests.chaos.servers.processes import wait_until
from tests.chaos.world import World

CAUSE = """
CREATE FUNCTION {service}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'planted: the handler fails' USING ERRCODE = 'internal_error'; END $$;
CREATE TRIGGER planted BEFORE INSERT ON {service}.cases FOR EACH ROW WHEN (NEW.id::text < '{below}')
EXECUTE FUNCTION {service}.fail()"""
MEND = "DROP TRIGGER planted ON {service}.cases; DROP FUNCTION {service}.fail()"
PARKED = "SELECT count(*) FROM parked WHERE kind = 'failed'"
NEWEST = "SELECT max(id::text) FROM cases"
AGAIN = "UPDATE parked SET due = clock_timestamp()"


def run(world: World) -> None:
    world.let_flow(5)
    service = world.random.choice(("dispatch", "callback"))
    world.as_owner(CAUSE.format(service=service, below="ffffffff"))
    world.let_flow(1)
    world.as_owner(MEND.format(service=service))
    world.let_flow(5)
    wait_until(lambda: world.town.rows(service, PARKED)[0][0] > 0, 20, f"{service} parks what fails")
    world.note("parked", service=service, count=world.town.rows(service, PARKED)[0][0])
    world.town.admin(service, "dead", "replay")
    world.let_flow(3)
