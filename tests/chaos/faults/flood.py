"""One source sends ten times as much as all others together, while another sends its usual and must not wait for it."""

from __future__ import annotations

import threading
import time

from tests.chaos.world import World
from tests.support.autopilot import Api

SECONDS, FLOODING = 20, "portal"
AT_MOST = 5.0  # seconds from publishing to a case, for the usual ones, at the worst


def run(world: World) -> None:
    world.let_flow(2)
    flood = world.traffic.make(round(world.traffic.rate * 10 * SECONDS), source=FLOODING)
    sender = threading.Thread(target=world.traffic.publish, args=(flood, FLOODING))
    sender.start()
    longest, end = 0.0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        ((external_id, body),) = world.traffic.make(1)
        at = time.time()
        world.traffic.publish([(external_id, body)])
        world.let_flow(1)
        longest = max(longest, _waited(world, external_id, at))
    sender.join(120)
    _reject_all(world)
    world.note("longest wait of the usual source", seconds=round(longest, 3))
    assert longest <= AT_MOST, f"a report of the usual source waited {longest:.1f} s behind the flood"


def _reject_all(world: World) -> None:
    """The desk has looked at what the flooding source sent."""
    desk = Api(world.town)
    while waiting := desk.get("intake", f"/intake/cases?state=submitted&source={FLOODING}")["cases"]:
        for case in waiting:
            body = {"reason_code": "repeated", "reason": "大量重复上报"}
            desk.call("POST", "intake", f"/intake/cases/{case['number']}/reject", "desk", "desk1", body)


def _waited(world: World, external_id: str, at: float) -> float:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        rows = world.town.rows(
            "intake", "SELECT extract(epoch FROM received_at)::float FROM reports WHERE external_id = %s", external_id
        )
        if rows:
            return float(rows[0][0]) - at
        time.sleep(0.1)
    return 30.0
