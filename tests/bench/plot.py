"""Draw what `tests.bench.year` has noted: `python -m tests.bench.plot FOLDER`, in the environment of the peers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from matplotlib import pyplot

PARTS = (
    ("cases a second", ("rate",)),
    ("messages in queues", ("queues",)),
    ("memory, MiB", ("services, MiB", "broker, MiB")),
    ("database, MiB", ("database, MiB",)),
)


def main() -> None:
    folder = Path(sys.argv[1])
    samples = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    figure, axes = pyplot.subplots(len(PARTS), 1, sharex=True, figsize=(10, 11))
    million = [sample["done"] / 1e6 for sample in samples]
    for axis, (title, names) in zip(axes, PARTS, strict=True):
        for name in names:
            axis.plot(million, [sample[name] for sample in samples], label=name, linewidth=1)
        axis.set_ylabel(title)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        if len(names) > 1:
            axis.legend()
    axes[-1].set_xlabel("million cases done")
    figure.tight_layout()
    figure.savefig(folder / "year.svg")


if __name__ == "__main__":
    main()
