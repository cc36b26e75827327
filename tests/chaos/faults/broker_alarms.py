"""The broker runs out of memory, then out of disk: it takes nothing more from publishers until there is room."""

from __future__ import annotations

from tests.chaos.world import World

SECONDS = 20


def run(world: World) -> None:
    node = world.broker.first
    for alarm, over in (
        (("set_vm_memory_high_watermark", "0.00001"), ("set_vm_memory_high_watermark", "0.4")),
        (("set_disk_free_limit", "900000GB"), ("set_disk_free_limit", "500MB")),
    ):
        world.let_flow(3)
        node.ctl(*alarm)
        world.let_flow(SECONDS)
        node.ctl(*over)
    world.let_flow(5)
