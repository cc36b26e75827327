"""The upstream platform of a peer: sends reports at a steady rate, in the peer's own normal way, confirmed.

python -m tests.bench.peers.publish celery --settings FILE --rate 500 --seconds 20 [--burst 50]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import threading
import time
from typing import Any

from tests.bench.peers.settings import VARIABLE
from tests.bench.peers.steps import reports

SLICE = 0.01  # seconds between two looks at what is due
SENDERS = {"celery": 8, "dramatiq": 8, "faststream": 64}  # each waits for the confirm of what it has sent


class Pace:
    """Gives out reports as they become due; never more than the rate, at most `burst` at once after a delay."""

    def __init__(self, rate: float, seconds: float, burst: int):
        self._rate, self._seconds, self._burst = rate, seconds, burst
        self._began, self._given, self._lock = time.monotonic(), 0, threading.Lock()
        self._reports = reports()

    @property
    def passed(self) -> float:
        return time.monotonic() - self._began

    @property
    def over(self) -> bool:
        return self.passed >= self._seconds

    @property
    def given(self) -> int:
        return self._given

    def take(self) -> dict[str, Any] | None:
        """The next report, if it is due."""
        with self._lock:
            if self.over or self._given >= int(self.passed * self._rate):
                return None
            if self._burst and self.passed * self._rate - self._given > self._burst:
                self._began += 1 / self._rate  # too late for it: a slower second, not a faster one after it
                self._seconds -= 1 / self._rate
            self._given += 1
            return next(self._reports)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("peer", choices=SENDERS)
    parser.add_argument("--settings", required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--burst", type=int, default=0, help="reports that may be sent late, in one go; 0: any number")
    wanted = parser.parse_args()
    os.environ[VARIABLE] = wanted.settings
    module = importlib.import_module(f"tests.bench.peers.on_{wanted.peer}")
    run = _with_tasks if wanted.peer == "faststream" else _with_threads
    sent, began = run(module, wanted)
    print(json.dumps({"sent": sent, "seconds": time.monotonic() - began}))


def _with_threads(module: Any, wanted: argparse.Namespace) -> tuple[int, float]:
    began = time.monotonic()
    pace = Pace(wanted.rate, wanted.seconds, wanted.burst)

    def work() -> None:
        while not pace.over:
            if report := pace.take():
                module.send(report)
            else:
                time.sleep(SLICE)

    threads = [threading.Thread(target=work) for _ in range(SENDERS[wanted.peer])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pace.given, began


def _with_tasks(module: Any, wanted: argparse.Namespace) -> tuple[int, float]:
    async def work(pace: Pace) -> None:
        while not pace.over:
            if report := pace.take():
                await module.send(report)
            else:
                await asyncio.sleep(SLICE)

    async def everything() -> tuple[int, float]:
        await module.broker.connect()
        began = time.monotonic()
        pace = Pace(wanted.rate, wanted.seconds, wanted.burst)
        await asyncio.gather(*(work(pace) for _ in range(SENDERS[wanted.peer])))
        return pace.given, began

    import uvloop  # type: ignore[import-not-found]

    result: tuple[int, float] = uvloop.run(everything())
    return result


if __name__ == "__main__":
    main()
