"""What people see: steps with their times, and tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show that something is under way, then that it is done and how long it took."""
    began = time.monotonic()
    with console.status(text):
        yield
    console.print(f"[green]✓[/green] {text} [dim]{time.monotonic() - began:.1f} s[/dim]")


def say(text: str) -> None:
    console.print(f"  {text}", markup=False)


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    shown = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
