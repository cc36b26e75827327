"""One service after the other is stopped for a while, as when a release goes wrong: the others go on without it."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import World

REPORTS = "SELECT count(*) FROM reports"


def run(world: World) -> None:
    for service in world.random.sample(SERVICES, len(SERVICES)):
        before = world.town.rows("intake", REPORTS)[0][0]
        for process in world.town.of(service):
            process.stop()
        world.note("stopped", service=service)
        world.let_flow(3)
        if service != "intake":
            wait_until(lambda seen=before: world.town.rows("intake", REPORTS)[0][0] > seen, 20, "intake takes reports")
        for process in world.town.of(service):
            process.start()
        for process in world.town.of(service):
            process.wait_ready()
