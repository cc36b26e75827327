"""The catalogue: one fault, one file. Its docstring says what it imitates; `run(world)` breaks something.

A fault that needs more than one broker and one database says so in `NEEDS`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import NamedTuple

from tests.chaos.world import Needs, World


class Fault(NamedTuple):
    """`name` as on the command line."""

    name: str
    imitates: str
    needs: Needs
    run: Callable[[World], None]


def catalogue() -> dict[str, Fault]:
    """Every fault by its name."""
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        name, told = module_info.name, " ".join((module.__doc__ or "").split())
        found[name] = Fault(name, told, getattr(module, "NEEDS", Needs()), module.run)
    return found
