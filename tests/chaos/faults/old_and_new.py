"""Two versions side by side, as during an update: the newer replicas say more than the others know."""

from __future__ import annotations

import shutil

from deploy.local.checkout import ROOT
from deploy.provision.names import SERVICES
from tests.chaos.world import World

SAYS = "        body: dict[str, Any] = {"
SAYS_MORE = (
    '        self.data["added_later"] = {"by": "a newer version"}\n        body: dict[str, Any] = {"addedlater": "x", '
)


def run(world: World) -> None:
    newer = world.folder / "newer"
    if not newer.exists():
        for part in ("services", "shared"):
            shutil.copytree(ROOT / part, newer / part, ignore=shutil.ignore_patterns("__pycache__"))
        envelope = newer / "shared" / "messaging" / "envelope.py"
        text = envelope.read_text(encoding="utf-8")
        assert text.count(SAYS) == 1, "the envelope is written in another way now"
        envelope.write_text(text.replace(SAYS, SAYS_MORE), encoding="utf-8")
    updated = [world.one_of(service) for service in SERVICES]
    for process in updated:
        process.restart(PYTHONPATH=str(newer), PYTHONSAFEPATH="1")
    world.let_flow(20)
    for process in updated:
        process.restart()
