"""Every report is sent three times in any order, every message between the services is said three times."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.world import World

REPORTS = 40


def run(world: World) -> None:
    since = world.town.rows("intake", "SELECT clock_timestamp()")[0][0].isoformat()
    for _ in range(2):
        reports = world.traffic.make(REPORTS) * 3
        world.random.shuffle(reports)
        world.traffic.publish(reports)
        for service in world.random.sample(SERVICES, len(SERVICES)):
            world.town.admin(service, "republish", "--since", since)
        world.let_flow(3)
