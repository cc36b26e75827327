"""What subscribers have heard, beside what the feed holds: each hears what is theirs at least once, or is told what is
cut; by stream what happens to a case in order; and nothing else. By queue and MQTT the position tells the order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

STREAM = "sse"


class Fed(NamedTuple):
    """One thing that has happened, as the feed has it; `area` is the path of areas, the town first."""

    position: int
    event_id: str
    number: str
    transition: str
    area: tuple[str, ...]


@dataclass
class Ear:
    """A subscriber: how and what it hears. `heard`: (position, case, transition, areas) as they came; `cuts`: what it
    was told to be gone, from and to; `last`: what a stream has heard last."""

    name: str
    way: str
    area: str | None
    transition: str | None
    heard: list[tuple[int, str, str, tuple[str, ...]]] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=list)
    last: int | None = None

    def hear(self, data: dict[str, Any]) -> None:
        self.heard.append((data["position"], data["number"], data["transition"], tuple(data["area"])))

    def hear_message(self, body: bytes) -> None:
        """A message of the broker, which may hold several events."""
        read = json.loads(body)
        for event in read if isinstance(read, list) else [read]:
            self.hear(event["data"])

    def cut(self, first: int, last: int) -> None:
        self.cuts.append((first, last))

    def copy(self) -> Ear:
        return replace(self, heard=list(self.heard), cuts=list(self.cuts))

    def means(self, transition: str, area: Collection[str]) -> bool:
        """Whether that is theirs."""
        return self.transition in (None, transition) and (self.area is None or self.area in area)


def broken_promises(fed: Sequence[Fed], happened: Collection[str], ears: Sequence[Ear]) -> Iterator[tuple[str, str]]:
    """(kind, what) of each."""
    yield from _feed(fed, happened)
    for ear in ears:
        yield from _complete(ear, fed)
        yield from _theirs(ear)
        if ear.way == STREAM:
            yield from (("illegal", f"{ear.name} has heard of {number}: {late}") for number, late in out_of_order(ear))


def _feed(fed: Sequence[Fed], happened: Collection[str]) -> Iterator[tuple[str, str]]:
    positions, ids = [one.position for one in fed], [one.event_id for one in fed]
    if positions and positions != list(range(positions[0], positions[0] + len(fed))):
        yield "gap", f"positions of the feed from {positions[0]} to {positions[-1]} are not without a gap"
    if len(set(ids)) != len(ids):
        yield "doubled", f"{len(ids) - len(set(ids))} messages are in the feed more than once"
    for event_id in sorted(set(happened) - set(ids)):
        yield "lost", f"{event_id} happened and is not in the feed"


def _complete(ear: Ear, fed: Sequence[Fed]) -> Iterator[tuple[str, str]]:
    heard = {position for position, *_ in ear.heard}
    for one in fed:
        told = any(first <= one.position <= last for first, last in ear.cuts)
        if ear.means(one.transition, one.area) and one.position not in heard and not told:
            what = f"{one.transition} of {one.number} at {one.position}"
            yield "lost", f"{ear.name} ({ear.way}) has not heard {what}, and was not told so"


def _theirs(ear: Ear) -> Iterator[tuple[str, str]]:
    for position, number, transition, area in ear.heard:
        if not ear.means(transition, area):
            yield "unexpected", f"{ear.name} ({ear.way}) has heard {transition} of {number} at {position}: not theirs"


def out_of_order(ear: Ear) -> Iterator[tuple[str, str]]:
    """(case, what) of what came for the first time after something that happened to its case later."""
    latest: dict[str, int] = {}
    known = set[int]()
    for position, number, *_ in ear.heard:
        if position not in known and position < latest.get(number, 0):
            yield number, f"{position} after {latest[number]}"
        known.add(position)
        latest[number] = max(position, latest.get(number, 0))
