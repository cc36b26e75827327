"""Break the line in every way of the catalogue, by seed, and check afterwards what was promised.

python -m tests.chaos [--fault NAME[,NAME]] [--seed N] [--minutes M] [--list]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from deploy.local.checkout import data
from tests.chaos.checker import sort
from tests.chaos.faults import Fault, catalogue
from tests.chaos.history import History
from tests.chaos.world import Needs, World

console = Console(width=150)
SHOWN = 12  # violations on the screen; the history has all


@dataclass
class Result:
    """What came of one fault."""

    fault: str
    round: int
    seconds: float
    kills: int
    violations: list[str]


def main() -> int:
    wanted, faults = _arguments(), catalogue()
    if wanted.list:
        _show(faults)
        return 0
    unknown = [name for name in wanted.fault if name not in faults]
    if unknown:
        print(f"there is no fault {', '.join(unknown)}: see `make chaos FAULT=list`", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever ends it, the servers go
    chosen = [faults[name] for name in wanted.fault] or list(faults.values())
    run = Run(wanted.seed, wanted.minutes)
    console.print(f"seed {wanted.seed}; history and logs in {run.folder}")
    run.all(chosen)
    return run.tell()


class Run:
    """Rounds over the chosen faults until the time is over; every fault at least once in the first round."""

    def __init__(self, seed: int, minutes: float):
        self._seed, self._end = seed, time.monotonic() + 60 * minutes
        self.folder = data() / "chaos" / f"{time.strftime('%Y%m%d-%H%M%S')}-{seed}"
        self.folder.mkdir(parents=True)
        self.history = History(self.folder)
        self.results: list[Result] = []
        self._worlds = 0

    def all(self, chosen: list[Fault]) -> None:
        number = 0
        while number == 0 or time.monotonic() < self._end:
            number += 1
            order = sorted(chosen, key=lambda fault: fault.name)
            random.Random(f"{self._seed}/{number}").shuffle(order)
            for needs in dict.fromkeys(fault.needs for fault in order):
                self._in_worlds(needs, [fault for fault in order if fault.needs == needs], number)

    def _in_worlds(self, needs: Needs, faults: list[Fault], number: int) -> None:
        """One world after the other: a fault that broke a promise leaves no traces for the next."""
        if needs.small_disk and os.geteuid():
            console.print(f"left out, because mounting a small disk needs root: {', '.join(f.name for f in faults)}")
            return
        left = list(faults)
        while left and (number == 1 or time.monotonic() < self._end):
            self._worlds += 1
            folder = self.folder / f"world{self._worlds}"
            folder.mkdir()
            world = World(needs, folder, f"{self._seed}", self.history)
            with world.running():
                while left and (number == 1 or time.monotonic() < self._end):
                    if not self._one(world, left.pop(0), number):
                        break
            world.forget()

    def _one(self, world: World, fault: Fault, number: int) -> bool:
        console.print(f"[bold]{fault.name}[/]: {fault.imitates}")
        world.random.seed(f"{self._seed}/{number}/{fault.name}")
        self.history.note("begin", fault=fault.name, round=number)
        world.traffic.go_on()
        began, kills = time.monotonic(), world.kills
        try:
            fault.run(world)
            found = [f"{kind}: {what}" for kind, what in world.settle()]
        except Exception as error:
            found = [f"the run failed: {type(error).__name__}: {error}".splitlines()[0]]
            self.history.note("failed", trace=traceback.format_exc())
        reports = sort(world.evidence()) if not found else ""
        world.see_off()
        took = time.monotonic() - began
        self.results.append(Result(fault.name, number, took, world.kills - kills, found))
        self.history.note("verdict", fault=fault.name, round=number, violations=found)
        self._say(fault, reports, found)
        return not found

    def _say(self, fault: Fault, reports: object, found: list[str]) -> None:
        result = self.results[-1]
        if not found:
            console.print(f"  held after {result.seconds:.0f} s, {result.kills} kills; reports: {reports}")
            return
        console.print(f"  [red]{len(found)} broken promises[/] after {result.seconds:.0f} s:")
        for line in found[:SHOWN]:
            console.print(f"    {line}", markup=False)
        console.print(f"  again: make chaos FAULT={fault.name} SEED={self._seed}")

    def tell(self) -> int:
        """The summary; 1 when a promise was broken."""
        table = Table(title=f"seed {self._seed}: {len(self.results)} faults in {self._worlds} worlds")
        for column in ("fault", "runs", "kills", "seconds", "broken promises"):
            table.add_column(column, justify="left" if column == "fault" else "right")
        for name in sorted({result.fault for result in self.results}):
            of = [result for result in self.results if result.fault == name]
            broken = sum(len(result.violations) for result in of)
            seconds = sum(result.seconds for result in of)
            table.add_row(name, str(len(of)), str(sum(r.kills for r in of)), f"{seconds:.0f}", str(broken or "none"))
        console.print(table)
        broken = sum(len(result.violations) for result in self.results)
        kills = sum(result.kills for result in self.results)
        console.print(f"{kills} kills, {broken} broken promises; history: {self.folder}")
        self.history.close()
        return 1 if broken else 0


def _show(faults: dict[str, Fault]) -> None:
    table = Table("fault", "what it imitates")
    for fault in faults.values():
        table.add_row(fault.name, fault.imitates)
    console.print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    split = lambda text: [name for name in text.split(",") if name]  # noqa: E731
    parser.add_argument("--fault", type=split, default=[], help="one or several with commas; all without it")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=0, help="rounds begin until then; the first is always whole")
    parser.add_argument("--list", action="store_true", help="the catalogue")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
