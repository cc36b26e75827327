"""How often a page may be opened: a bucket for each link and each address, which fills again with time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple


class Pace(NamedTuple):
    """So many at once, and so many in a minute."""

    burst: int
    per_minute: float


@dataclass
class Buckets:
    """Buckets by name. At most `most` are remembered; whoever has waited longest is forgotten first."""

    pace: Pace
    most: int = 20_000
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # name → what is left, and when

    def take(self, name: str, now: float) -> float:
        """Take one at `now` (seconds of any clock). 0 when it is granted, else the seconds until one will be there."""
        per_second = self.pace.per_minute / 60
        left, at = self._levels.pop(name, (float(self.pace.burst), now))
        left = min(self.pace.burst, left + max(0.0, now - at) * per_second)
        granted = left >= 1
        self._levels[name] = (left - 1 if granted else left, now)
        while len(self._levels) > self.most:
            self._levels.popitem(last=False)
        return 0.0 if granted else (1 - left) / per_second
