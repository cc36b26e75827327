"""What becomes of a batch of notifications: what ends, what is held until when, what goes out as one message."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from services.notify.domain.deciding import URGENT
from services.notify.domain.pipeline.steps import Matched, Open, Verdict, World, first, verdict_on
from services.notify.domain.pipeline.subject import HELD, SENT, SILENCED, level_of


class Decision(NamedTuple):
    """`sent_in`: the key of the message that it went out in."""

    matched: Matched
    verdict: Verdict
    group_key: str = ""
    gathered: bool = False
    sent_in: str | None = None


class Message(NamedTuple):
    """Things that go out as one, the most urgent first."""

    key: str
    parts: tuple[Matched, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        return self.parts[0].ways

    @property
    def level(self) -> str:
        return min(level_of(part.item.subject) for part in self.parts)

    @property
    def number(self) -> str | None:
        """Of the case, when all are about one."""
        numbers = {part.item.subject.number for part in self.parts}
        return (numbers.pop() or None) if len(numbers) == 1 else None

    @property
    def expires_at(self) -> dt.datetime | None:
        """When the last of them is of no use any more; None: never."""
        ends = [part.expires_at for part in self.parts]
        return None if None in ends else max(end for end in ends if end)


class _Group(NamedTuple):
    key: str
    gathered: bool
    parts: list[Matched]


def decide(batch: Iterable[Matched], world: World) -> tuple[list[Decision], list[Message]]:
    """One decision for each; a message for each group that goes out now. The order in which they come is no matter."""
    decisions: list[Decision] = []
    groups: dict[tuple[str, str], _Group] = {}
    for matched in sorted(batch, key=_order):
        verdict = verdict_on(matched, world)
        if verdict is None:
            gathered = matched.item.gathered
            key = matched.digest_key if gathered else matched.key
            groups.setdefault((matched.ear, key), _Group(key, gathered, [])).parts.append(matched)
        else:
            decisions.append(Decision(matched, verdict, "", verdict.state in (HELD, SILENCED)))
    messages: list[Message] = []
    heard = World(world.now, (), set(world.said), dict(world.worded))
    drawn: Counter[tuple[str, str]] = Counter()
    for group in groups.values():  # the most urgent first, as their parts
        held = _held(group, world, drawn)
        if held:
            decisions += [Decision(part, held[0], held[1], held[2]) for part in group.parts]
        else:
            sent, message = _sent(group, heard)
            decisions += sent
            messages += [message] if message else []
            drawn[_place(group.parts[0])] += message is not None
    return decisions, messages


def _held(group: _Group, world: World, drawn: Counter[tuple[str, str]]) -> tuple[Verdict, str, bool] | None:
    """Why it does not go out now, the key by which it waits, and whether it goes with all that was held then."""
    lead = group.parts[0]
    at = _flush_at(group, world)
    if at > world.now:
        return Verdict(HELD, "group", "waits for others like it", at), group.key, False
    digest = lead.route.digest if lead.route else None
    urgent = any(level_of(part.item.subject) in URGENT for part in group.parts)
    if group.gathered or urgent or digest is None:
        return None
    left = world.left.get(_place(lead))
    if left is None or left.tokens - drawn[_place(lead)] >= digest.below * left.burst:
        return None
    pending = world.groups.get((lead.ear, lead.digest_key), Open()).pending
    due = pending if pending and pending > world.now else world.now + digest.every
    return Verdict(HELD, "digest", "the limit of its channel is near: it goes with others", due), lead.digest_key, True


def _flush_at(group: _Group, world: World) -> dt.datetime:
    """When a group goes out. What has waited for it already waits no longer."""
    lead = group.parts[0]
    waited = any(part.item.state == HELD and part.item.group_key == group.key for part in group.parts)
    if group.gathered or waited or lead.route is None or not lead.route.group_by:
        return world.now
    began = min(part.item.created_at for part in group.parts)
    known = world.groups.get((lead.ear, group.key), Open())
    if known.pending:
        return known.pending
    if known.last and began < known.last + lead.route.group_interval:
        return known.last + lead.route.group_interval
    return began + lead.route.group_wait


def _sent(group: _Group, heard: World) -> tuple[list[Decision], Message | None]:
    """One message, unless all of it was said; `heard` takes what it says: nothing is said twice, in it or after it."""
    said: list[Matched] = []
    decisions: list[Decision] = []
    assert isinstance(heard.said, set) and isinstance(heard.worded, dict)
    for part in group.parts:
        again = first(part, heard)
        if again:
            decisions.append(Decision(part, again, group.key, group.gathered))
            continue
        said.append(part)
        heard.said.add(part.said)
        heard.worded[part.worded] = heard.now
    if not said:
        return decisions, None
    message = Message(f"notification/{said[0].item.id}", tuple(said))
    verdict = Verdict(SENT, "sent", "" if len(said) == 1 else f"one of {len(said)} in one message")
    return decisions + [Decision(part, verdict, group.key, group.gathered, message.key) for part in said], message


def _place(matched: Matched) -> tuple[str, str]:
    return matched.ear, matched.ways[0]


def _order(matched: Matched) -> tuple[str, bool, dt.datetime, str]:
    """The most urgent first; of one event what also stands in the member's queue; then the oldest."""
    item = matched.item
    return level_of(item.subject), not item.is_notice, item.created_at, item.id
