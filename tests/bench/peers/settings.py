"""What workers and senders of a peer are told: a JSON file, because logins are nothing for a command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "BENCH_PEER_SETTINGS"
STEPS = ("register", "assign", "notify")


class Settings(NamedTuple):
    town: str
    amqp_uri: str
    database_url: str
    members: list[str]
    peer: str

    def queue(self, step: str) -> str:
        """Queues of their own for each peer: their arguments differ."""
        return f"{self.peer}.{step}"

    def write(self, file: Path) -> None:
        file.touch(mode=0o600)
        file.write_text(json.dumps(self._asdict()), encoding="utf-8")


def read() -> Settings:
    values: dict[str, Any] = json.loads(Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))
    return Settings(**values)
