"""The providers of tests/support/providers.py in a process of their own. They lie by seed, until they are told to be
honest, and note in a file what has really reached somebody, and what they have dropped in silence.

python -m tests.chaos.servers.providers --seed 7 --notes notes.jsonl     # says its port; `honest` on its input
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from deploy.local.checkout import ROOT
from tests.support.providers import Lie, Providers

LIMIT, BLOCKED = (30, 10.0), 5.0  # messages in so many seconds; how long who sends more is blocked
HOLD = 2.5  # seconds without an answer: longer than anybody waits
LATE = 0.3  # of the receipts: nothing is known yet when they are asked for first
TEMPER = (
    *((0.05, Lie("status", status)) for status in (500, 502, 429)),
    *((0.04, Lie("code", code)) for code in (-1, 12345)),
    *((0.04, Lie(kind)) for kind in ("cut", "hang", "stall", "drop")),
)


class Noted(NamedTuple):
    """What became of a message: `effect`: somebody has got it; `dropped`: success was said, and nobody has."""

    what: str
    channel: str
    target: str
    text: str


class Lying(Providers):
    def __init__(self, seed: int, notes: Path):
        super().__init__(limit=LIMIT, blocked=BLOCKED, hold=HOLD)
        self.temper, self.chance = TEMPER, random.Random(seed)
        self._notes = notes.open("a", encoding="utf-8", buffering=1)

    def reach(self, channel: str, target: str, text: str) -> None:
        super().reach(channel, target, text)
        self._note(Noted("effect", channel, target, text))

    def _reached(self, channel: str, target: str, text: str, lie: Lie | None) -> dict[str, Any]:
        if lie is not None and lie.kind == "drop":
            self._note(Noted("dropped", channel, target, text))
        return super()._reached(channel, target, text, lie)

    def dingtalk_work(self, query: dict[str, str], body: Any, lie: Lie | None) -> dict[str, Any]:
        answer = super().dingtalk_work(query, body, lie)
        if self.temper and self.chance.random() < LATE and "task_id" in answer:
            self.results[str(answer["task_id"])][:0] = [{}, {}]
        return answer

    def _note(self, noted: Noted) -> None:
        self._notes.write(json.dumps(noted, ensure_ascii=False) + "\n")


class ProvidersProcess:
    """`url` is theirs."""

    def __init__(self, folder: Path, seed: int):
        self._notes = folder / "providers.jsonl"
        self._notes.touch()
        command = [sys.executable, "-m", "tests.chaos.servers.providers", "--seed", str(seed)]
        path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"}
        self._process = subprocess.Popen(
            [*command, "--notes", str(self._notes)],
            cwd=ROOT,
            env=os.environ | path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def be_honest(self) -> None:
        """From now on they do what they say."""
        assert self._process.stdin
        self._process.stdin.write("honest\n")
        self._process.stdin.flush()

    def noted(self) -> list[Noted]:
        """All that they have noted until now."""
        lines = self._notes.read_text(encoding="utf-8").split("\n")[:-1]
        return [Noted(*json.loads(line)) for line in lines]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--notes", type=Path, required=True)
    wanted = parser.parse_args()
    with Lying(wanted.seed, wanted.notes) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        print(server.server_port, flush=True)
        for _ in sys.stdin:
            server.temper, server.limit = (), (1_000_000, 1.0)
            server.until.clear()


if __name__ == "__main__":
    main()
