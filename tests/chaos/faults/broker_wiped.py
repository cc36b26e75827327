"""The broker loses everything that it stored: queues are declared anew, every service says again what it has said, the
upstream sends again what nobody has answered."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.world import World


def run(world: World) -> None:
    since = world.town.rows("intake", "SELECT clock_timestamp() - interval '10 minutes'")[0][0].isoformat()
    world.let_flow(5)
    world.traffic.pause()  # what it tries now nobody could tell from what was in the broker
    world.broker.first.kill()
    world.broker.first.wipe()
    world.broker.first.start()
    world.provision()
    for service in SERVICES:
        world.note("said again", service=service, answer=world.town.admin(service, "republish", "--since", since))
    world.let_flow(8)
    world.note("sent again by the upstream", count=world.traffic.send_again_what_has_no_answer())
    world.traffic.go_on()
    world.let_flow(4)
