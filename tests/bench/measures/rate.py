"""The highest rate that is kept up live, of the line and of what it is compared with."""

from __future__ import annotations

from tests.bench.minimal import Minimal
from tests.bench.peers import PEERS, Peer
from tests.bench.rate import highest
from tests.bench.systems import Line, System
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "highest rate kept up for 20 s, reports/s"
CEILING = 660.0  # reports/s of the line, where it has not been measured in the same run
GUESSES = {"celery": 186.0, "dramatiq": 239.0, "faststream": 262.0, "minimal": 730.0, "wangge": 620.0}
NAMES = {"wangge": "the line", "minimal": "minimal chain", "celery": "Celery", "dramatiq": "dramatiq"}
NAMES |= {"faststream": "FastStream"}


def measure(workshop: Workshop) -> None:
    guesses = dict(GUESSES)
    for _ in range(workshop.times):
        for system in ("wangge", "minimal", *PEERS):
            found = _one(workshop, system, guesses[system])
            guesses[system] = found
            workshop.figures.add(GROUP, NAMES[system], "1/s", found)
        _ratios(workshop)


def half(workshop: Workshop) -> float:
    """Half of the line's ceiling, reports a second: as it was told, or measured in this run, or is usual."""
    return workshop.rate or (workshop.figures.median(GROUP, NAMES["wangge"]) or CEILING) / 2


def _one(workshop: Workshop, name: str, guess: float) -> float:
    with workshop.town() as town:
        system = _system(name, town, workshop)
        system.start()
        try:
            return highest(system, guess, workshop.say)
        finally:
            system.stop()


def _system(name: str, town: TemporaryTown, workshop: Workshop) -> System:
    if name == "wangge":
        return Line(town)
    if name == "minimal":
        return Minimal(town, workshop.folder)
    return Peer(name, town, workshop.folder / f"{name}.log")


def _ratios(workshop: Workshop) -> None:
    """Within one round, so that the machine was the same."""
    last = {name: workshop.figures.all[GROUP, shown].values[-1] for name, shown in NAMES.items()}
    for name, least in (("celery", 10.0), ("dramatiq", 5.0), ("faststream", 5.0), ("minimal", 0.6)):
        times = last["wangge"] / last[name]
        workshop.figures.add(GROUP, f"line : {NAMES[name]}", "×", times, f"≥ {least:g}", least.__le__)
