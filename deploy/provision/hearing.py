"""What a subscriber, an outside system, may hear on the exchange `feed`; kept beside its address among the secrets.

A routing key there is `<transition>.<category>.<area>.<area>…`, the areas from the root of the town down to the grid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from deploy.provision.secrets import Secrets
from services.notify.domain.transitions import path_of, word

KIND, FILE = "subscribers", "hears.json"


@dataclass(frozen=True)
class Hearing:
    """Transitions, categories and areas, each with all that lies in it; where it names none, all of them."""

    transitions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()  # of the areas, as they are in a routing key

    def bindings(self) -> list[str]:
        """The bindings that let everything in that it may hear."""
        places = [f"{path}.#" for path in self.paths] or ["#"]
        return [".".join(key) for key in product(self.transitions or "*", self._categories() or "*", places)]

    def pattern(self) -> str:
        """What it may bind, as a regular expression for a whole key.

        A key has at least two words that are no `#`: members' notices, whose key is one word, are on the exchange too.
        """
        place = rf"\.({_any_of(self.paths)})(\..+)?" if self.paths else r"(\..+)?"
        transition = f"({_any_of(self.transitions)})" if self.transitions else r"([a-z_]+|\*)"
        category = f"({_any_of(self._categories())})" if self.categories else r"([A-Za-z0-9_-]+|\*)"
        return rf"{transition}\.{category}{place}"

    def _categories(self) -> tuple[str, ...]:
        return tuple(map(word, self.categories))

    def allows(self, key: str) -> bool:
        """Whether it may bind this."""
        return re.fullmatch(self.pattern(), key) is not None

    def subscriptions(self) -> list[dict[str, Any]]:
        """What notify is told: it knows one area in each."""
        chosen = {"transitions": list(self.transitions), "categories": list(self.categories)}
        return [chosen | {"area": area} for area in self.areas or (None,)]

    def shown(self) -> str:
        """For people, in a line."""
        parts = (("areas", self.areas), ("categories", self.categories), ("transitions", self.transitions))
        return "; ".join(f"{name}: {', '.join(chosen) or 'all'}" for name, chosen in parts)


def hearing(chosen: Mapping[str, Any], parents: Mapping[str, str | None]) -> Hearing:
    """What was chosen, with where its areas lie now."""
    paths = tuple(".".join(map(word, path_of(area, parents))) for area in chosen["areas"])
    return Hearing(*(tuple(chosen[name]) for name in ("transitions", "categories", "areas")), paths)


def keep(secrets: Secrets, name: str, heard: Hearing) -> None:
    """Remember what a subscriber may hear; where its areas lie is asked each time."""
    chosen = {key: value for key, value in asdict(heard).items() if key != "paths"}
    secrets.write(json.dumps(chosen), KIND, name, FILE)


def kept(secrets: Secrets) -> dict[str, dict[str, Any]]:
    """The subscribers of a town by name, with what was chosen for each."""
    files = sorted(secrets.path(KIND).glob(f"*/{FILE}"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in files}


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))
