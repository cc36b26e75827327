"""The figures of a run: each measured several times, shown with median and spread, beside what is wanted."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

console = Console(width=140)
TIMES = 3


@dataclass
class Figure:
    """One line of the table. `wanted` is shown; `met` judges the median."""

    group: str
    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    wanted: str = ""
    met: Callable[[float], bool] | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def row(self) -> list[str]:
        verdict = "" if self.met is None else "yes" if self.met(self.median) else "no"
        spread = f"{_short(min(self.values))} – {_short(max(self.values))}"
        return [self.name, self.unit, _short(self.median), spread, self.wanted, verdict]


class Figures:
    """Collected as they are measured; kept in a file after each, so that an interrupted run is not lost."""

    def __init__(self, path: Path):
        self._path, self.all = path, dict[tuple[str, str], Figure]()
        self.noise: list[float] = []

    def add(
        self,
        group: str,
        name: str,
        unit: str,
        value: float,
        wanted: str = "",
        met: Callable[[float], bool] | None = None,
    ) -> None:
        figure = self.all.setdefault((group, name), Figure(group, name, unit, [], wanted, met))
        figure.values.append(value)
        console.print(f"    {name}: {_short(value)} {unit}", highlight=False)
        kept = {"noise": self.noise, "figures": [[f.group, f.name, f.unit, f.values] for f in self.all.values()]}
        self._path.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")

    def median(self, group: str, name: str) -> float | None:
        figure = self.all.get((group, name))
        return figure.median if figure else None

    def show(self) -> None:
        table = Table(title=f"median and spread; noise of the machine {self.noise_in_words()}")
        for column in ("figure", "unit", "median", "spread", "wanted", "met"):
            table.add_column(column, justify="left" if column in ("figure", "unit", "wanted") else "right")
        for group in dict.fromkeys(figure.group for figure in self.all.values()):
            table.add_section()
            table.add_row(f"[bold]{group}[/]")
            for figure in (f for f in self.all.values() if f.group == group):
                table.add_row(*figure.row())
        console.print(table)

    def noise_in_words(self) -> str:
        return f"{min(self.noise):.0%} – {max(self.noise):.0%}" if self.noise else "not measured"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
