"""Measure the line: one table, each figure three times, beside the minimal chain and what could be taken instead.

python -m tests.bench [--only rate,latency,subscribers] [--times 3] [--rate 330]
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time

from deploy.local import stack, supervision
from deploy.local.checkout import LOCAL
from tests.bench.table import TIMES, Figures, console
from tests.bench.workshop import Workshop

MEASURES = (
    *("rate", "latency", "idle", "step", "door", "action", "deadlines", "morning", "fan_out", "subscribers"),
    *("transitions", "growth", "intake"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=list(MEASURES), help="some of the measures"
    )
    parser.add_argument("--times", type=int, default=TIMES, help="how often each figure is measured")
    parser.add_argument(
        "--rate", type=float, help="reports a second where half of the ceiling is wanted (half of what rate has found)"
    )
    wanted = parser.parse_args()
    if unknown := [name for name in wanted.only if name not in MEASURES]:
        parser.error(f"there is no measure {', '.join(unknown)}: choose from {', '.join(MEASURES)}")
    folder = LOCAL / "bench"
    ours = not supervision.running()
    stack.ensure(print)
    folder.mkdir(exist_ok=True)
    figures = Figures(folder / f"{time.strftime('%Y%m%d-%H%M%S')}.json")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}"
    failed: list[str] = []
    console.print(f"{machine}; Python {platform.python_version()}", highlight=False)
    try:
        for name in wanted.only:
            console.rule(name)
            try:
                importlib.import_module(f"tests.bench.measures.{name}").measure(
                    Workshop(figures, name, wanted.times, wanted.rate)
                )
            except Exception:
                failed.append(name)
                console.print_exception()
    finally:
        figures.show()
        if ours:
            supervision.stop()
    if failed:
        console.print(f"not measured whole: {', '.join(failed)}; again: make bench ONLY={','.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
