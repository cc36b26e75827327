"""The highest rate that a system keeps up live: the publisher runs beside it, the backlog does not grow."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.local.checkout import ROOT
from tests.bench.systems import System

SECONDS = 20.0
EVERY = 1.0  # seconds between two looks; counting costs the database something
STEP = 1.06  # between two rates that are tried
SENT_ENOUGH = 0.97  # of the wanted rate, or the publisher was the limit
MOST_BEHIND = 1.0  # seconds of reports that may be on the way at the end
MOST_GROWTH = 0.03  # of the rate: how fast the backlog may grow in the second half …
SMALL = 0.3  # … unless at the end it is less than so many seconds of reports: then nothing has piled up, and a line
# through the sawtooth of batches says little


@dataclass
class Trial:
    """One run at one rate. `backlog` holds (seconds, reports on the way)."""

    rate: float
    sent_rate: float
    backlog: list[tuple[float, int]] = field(default_factory=list)
    drained_rate: float = 0.0  # reports done per second of the publisher's time

    @property
    def growth(self) -> float:
        """Reports a second by which the backlog grows in the second half: a line fitted through it."""
        points = self.backlog[len(self.backlog) // 2 :]
        times, waiting = [t for t, _ in points], [w for _, w in points]
        middle_t, middle_w = sum(times) / len(times), sum(waiting) / len(waiting)
        spread = sum((t - middle_t) ** 2 for t in times)
        return sum((t - middle_t) * (w - middle_w) for t, w in points) / spread if spread else 0.0

    @property
    def kept_up(self) -> bool:
        at_end = sum(w for _, w in self.backlog[-3:]) / 3
        steady = self.growth <= self.rate * MOST_GROWTH or at_end <= self.rate * SMALL
        return steady and at_end <= self.rate * MOST_BEHIND and self.sent_rate >= self.rate * SENT_ENOUGH


def run(system: System, rate: float, seconds: float = SECONDS) -> Trial:
    """Publish at a rate and watch; afterwards what is left is worked off (at most two minutes)."""
    system.read()
    before = system.done()
    command = [*system.publisher_command(), "--rate", str(rate), "--seconds", str(seconds)]
    began = time.monotonic()
    publisher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | _PATH)
    samples = []
    while publisher.poll() is None:
        samples.append((time.monotonic(), system.done() - before))
        time.sleep(EVERY)
    told = json.loads((publisher.stdout.read() if publisher.stdout else "").splitlines()[-1])
    ended = began + (time.monotonic() - began)
    sent_rate, first = told["sent"] / told["seconds"], ended - told["seconds"]
    trial = Trial(rate, sent_rate)
    inside = [(t, n) for t, n in samples if t >= first]
    trial.backlog = [(t - first, max(0, round(sent_rate * (t - first)) - n)) for t, n in inside]
    trial.drained_rate = inside[-1][1] / max(inside[-1][0] - first, 0.1)
    wait_until(lambda: system.done() - before >= told["sent"], 120)
    return trial


def highest(system: System, guess: float, say: Callable[[str], None], seconds: float = SECONDS) -> float:
    """Reports a second: raised from a guess while they are kept up, or lowered until they are."""
    rate, best = guess, 0.0
    while True:
        trial = run(system, rate, seconds)
        say(
            f"  {system.name}: {rate:.0f}/s {'kept up' if trial.kept_up else 'not kept up'} "
            f"(sent {trial.sent_rate:.0f}/s, backlog {trial.backlog[-1][1]}, growing {trial.growth:.0f}/s)"
        )
        if trial.kept_up:
            best, rate = rate, rate * STEP
        elif best:
            return best
        else:
            rate = min(rate / STEP, max(trial.drained_rate, rate / 2))


def wait_until(question: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


_PATH = {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"}
