"""Whoever has subscribed hears what has happened: members on their ways, outside systems by the feed and webhooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from services.notify import channels
from services.notify.domain.deliveries import Wanted, Way, Words
from services.notify.domain.subscriptions import Audience, Matcher, People, audience, people_wanted
from services.notify.domain.transitions import Transition
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.delivering import deliver
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

Told = Sequence[tuple[Transition, Row, Audience]]
THIN = ("title", "place_text", "into")  # only where the message itself says them


class Subscribers:
    """What is subscribed to, as this process has read it last; read again when it has changed."""

    def __init__(self) -> None:
        self._version = -1
        self._matcher = Matcher(())

    def matcher(self, work: Work) -> Matcher:
        version = work.subscription_version()
        if version != self._version:
            self._matcher, self._version = Matcher(work.active_subscriptions()), version
        return self._matcher


def audiences(transitions: Sequence[Transition], subscribers: Subscribers, work: Work) -> list[Audience]:
    """Who hears each of these, as it is subscribed to now."""
    matcher, now = subscribers.matcher(work), work.now()
    matched = [matcher.of(transition, now) for transition in transitions]
    members, roles = people_wanted(matched)
    areas = {area for transition in transitions for area in transition.facts.area} if roles else set()
    people = People(work.people(members, roles, areas))
    return [audience(some, one.facts.area, people) for one, some in zip(transitions, matched, strict=True)]


def tell_subscribers(
    transitions: Sequence[Transition], subscribers: Subscribers, keys: KeyRing, work: Work
) -> list[Row]:
    """What is told about these; gives the new rows of the feed. Right before the commit: others wait for their
    positions from here on."""
    found = zip(transitions, audiences(transitions, subscribers, work) if transitions else (), strict=True)
    told = [(one, _row(one, work), who) for one, who in found if who.anybody]
    if not told:
        return []
    _tell_members(told, work)
    _call_webhooks(told, keys, work)
    rows = [row for _, row, _ in told]
    for row, position in zip(rows, work.next_positions(len(rows)), strict=True):
        row["position"] = position
    work.add_feed(rows)
    channels.say_feed([(row, one.key) for one, row, who in told if who.queue], work)
    return rows


def forget_feed(retention: tuple[int, int], open_work: OpenWork) -> int:
    """What is older than so many days, or more than so many events back, is kept no longer."""
    with open_work() as work:
        dropped = work.drop_feed(*retention)
        work.commit()
    return dropped


def _row(one: Transition, work: Work) -> Row:
    facts = one.facts
    about = {name: getattr(facts, name) for name in ("number", "level", "kind", "category", "area", "sources")}
    about |= {"id": new_id(), "event_id": one.event_id, "transition": one.name, "round": one.round}
    return about | {"at": one.at, "created_at": work.now()}


def _tell_members(told: Told, work: Work) -> None:
    areas = {area for one, _, who in told if who.members for area in one.facts.area}
    names = work.area_names(areas)
    work.add_subscribed(
        [
            {
                "id": new_id(),
                "key": f"{one.event_id}/{member}/subscription",
                "receiver": member,
                "kind": f"news_{one.name}",
                "event_id": one.event_id,
                "notice_number": None,
                "facts": _facts(one, names),
                **{name: row[name] for name in ("number", "level", "category", "created_at")},
            }
            for one, row, who in told
            for member in sorted(who.members)
        ]
    )


def _facts(one: Transition, names: dict[str, str]) -> Row:
    facts: Row = {"transition": one.name, "round": one.round, "at": one.at}
    facts |= {name: getattr(one.facts, name) for name in ("number", "level", "category", "kind")}
    facts |= {"areas": [names.get(area, area) for area in one.facts.area]}
    return facts | {name: one.said[name] for name in THIN if name in one.said}


def _call_webhooks(told: Told, keys: KeyRing, work: Work) -> None:
    """To each system once, however many of its subscriptions mean it."""
    wanted: dict[str, list[Wanted]] = defaultdict(list)
    ways = work.webhook_accounts({account for _, _, who in told for _, account in who.webhooks})
    for one, row, who in told:
        for system, account in sorted(who.webhooks):
            said = channels.feed_event(row, work.address).encode().decode()
            wanted[account].append(
                Wanted(
                    key=f"{one.event_id}/{system}/{account}",
                    about=f"feed/{row['id']}",
                    person=system,
                    level=one.facts.level,
                    words=Words(title=one.name, text=one.facts.number, data=said),
                    ways=(Way(ways[account]),) if account in ways else (),
                    number=one.facts.number,
                )
            )
    for account, some in sorted(wanted.items()):
        deliver(some, work, keys, account=account if account in ways else None)
