"""What members were to be told on channels, beside what has really reached them (invariant 7): each intended notice
ends delivered, failed or uncertain, or with a recorded no; an error is never `delivered`; what came twice, in doubt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

ENDED = ("delivered", "failed", "uncertain", "expired", "superseded")
SAID_NO = ("muted", "silenced", "repeated", "no_route", "no_way", "expired", "read")
Message = tuple[str, str, str]  # channel, target, text


class Sent(NamedTuple):
    """A delivery: one thing to one person on one channel. `doubtful`: one of its attempts may have gone out."""

    key: str
    step: int
    message: Message
    state: str
    doubtful: bool
    reason: str

    @property
    def in_doubt(self) -> bool:
        return self.doubtful or self.state == "uncertain"


class Intended(NamedTuple):
    """Something that a member is to hear. `waits`: it has not been decided. `sent_in`: the key of what says it."""

    key: str
    state: str
    why: str
    waits: bool
    sent_in: str | None


class Reached(NamedTuple):
    """By message, how often it has reached somebody, and how often a provider has said so and dropped it."""

    effects: Counter[Message]
    dropped: Counter[Message]


def broken_promises(
    intended: Sequence[Intended], untold: Sequence[str], sent: Sequence[Sent], reached: Reached
) -> Iterator[tuple[str, str]]:
    """(kind, what) of each; `untold` are notices that nothing was intended for."""
    yield from (("lost", f"notice {notice} was never to be said on a channel") for notice in untold)
    keys = {one.key for one in sent}
    for one in intended:
        if one.waits or (one.state != "sent" and one.state not in SAID_NO):
            yield "stuck", f"{one.key} is {one.state} ({one.why})"
        elif one.state == "sent" and one.sent_in not in keys:
            yield "lost", f"{one.key} was said in {one.sent_in}, which nobody wanted said"
        elif one.state != "sent" and not one.why:
            yield "gap", f"{one.key} is {one.state}, and nothing says why"
    yield from (("stuck", f"{one.key} is {one.state}: {one.reason}") for one in sent if one.state not in ENDED)
    yield from _as_it_was(sent, reached)
    yield from _once(sent)


def doubled(sent: Sequence[Sent], reached: Reached) -> int:
    """How many have reached somebody twice, on two channels, while it was in doubt whether the first had."""
    times: Counter[str] = Counter()
    for one in sent:
        times[one.key] += reached.effects[one.message] > 0
    return sum(count > 1 for count in times.values())


def _as_it_was(sent: Sequence[Sent], reached: Reached) -> Iterator[tuple[str, str]]:
    """What is delivered has arrived, unless the provider dropped it in silence; what has arrived is delivered, or in
    doubt."""
    of: dict[Message, list[Sent]] = defaultdict(list)
    for one in sent:
        of[one.message].append(one)
    for message, some in of.items():
        arrived, delivered = reached.effects[message], sum(one.state == "delivered" for one in some)
        perhaps = sum(one.in_doubt and one.state != "delivered" for one in some)
        states = [f"{one.key} step {one.step} {one.state}" for one in some]
        if delivered > arrived + reached.dropped[message]:
            yield "illegal", f"{delivered} delivered, and {arrived} arrived: {states}"
        if arrived > delivered + perhaps:
            yield "doubled", f"{arrived} arrived, of which {delivered} are delivered and {perhaps} in doubt: {states}"
    for message in reached.effects.keys() - of.keys():
        yield "unexpected", f"{message} reached somebody, and nobody wanted it said"


def _once(sent: Sequence[Sent]) -> Iterator[tuple[str, str]]:
    """On a second channel only what has failed on the first, or is in doubt there."""
    steps: dict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        steps[one.key].append(one)
    for key, some in steps.items():
        if sum(one.state == "delivered" for one in some) > 1 and not any(one.in_doubt for one in some):
            yield "doubled", f"{key} is delivered on {len(some)} channels, and was never in doubt"
