"""Notifications go their way: each ends with a reason, is held until a time, or goes out, alone or with others.

One transaction for a batch: claim, gather, decide (domain/pipeline), record together with the deliveries.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.notify.channels import metrics
from services.notify.domain.deliveries import Wanted, Way, Words
from services.notify.domain.pipeline.deciding import Decision, Message, decide
from services.notify.domain.pipeline.routes import Route, matching, route_of
from services.notify.domain.pipeline.rule_set import mistakes_in
from services.notify.domain.pipeline.steps import Matched, World, match
from services.notify.domain.pipeline.subject import Item
from services.notify.domain.templates import Templates
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.delivering import deliver
from services.notify.use_cases.gathering import Receivers, items_of, left_of_limits
from services.notify.use_cases.linking import Pages
from services.notify.use_cases.saying import Said, words_of
from shared.checks import Problem
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

MOST = 500  # notifications of one batch
RECEIVERS = 100  # of one batch, so that other replicas have something to do as well
KEPT = 90  # days after which what was settled is forgotten
FORGOTTEN_AT_ONCE = 20_000


class Piped(NamedTuple):
    """What a batch came to: how many notifications, how many messages for the engine, whether there may be more."""

    notifications: int
    messages: int
    more: bool


def pipe(keys: KeyRing, pages: Pages, open_work: OpenWork) -> Piped:
    """The next notifications that are due."""
    with open_work() as work:
        members = work.lock_receivers(RECEIVERS, MOST)
        found = work.due_notifications(members, MOST)
        rows = _whole(found)
        if not rows:
            return Piped(0, 0, False)
        route = root_of(work.rules())
        receivers = Receivers.of({row["receiver"] for row in rows}, keys, work)
        matched, parts = routed(items_of(rows, receivers, work), route, receivers)
        work.add_parts(parts)
        decisions, messages = decide(matched, world_of(matched, receivers, keys, work))
        said = {row["id"]: _said(row) for row in rows}
        worded = _Worded(said, receivers, work.templates(), pages, work.now())
        deliver([_wanted(message, worded) for message in messages], work, keys)
        work.settle_notifications([_settled(one) for one in decisions])
        work.commit()
    _count(decisions, messages)
    return Piped(len(rows), len(messages), len(members) == RECEIVERS or len(found) == MOST or bool(parts))


def forget_notifications(open_work: OpenWork) -> None:
    """What was settled months ago, and silences as old, some at a time."""
    with open_work() as work:
        work.forget_notifications(KEPT, FORGOTTEN_AT_ONCE)
        work.forget_silences(KEPT)
        work.commit()


def _whole(rows: list[Row]) -> list[Row]:
    """Without the last member, of whom there may be more than fits: what goes together is not torn apart. A member with
    more than a whole batch gets it in several messages."""
    others = [row for row in rows if row["receiver"] != rows[-1]["receiver"]]
    return others if others and len(rows) == MOST else rows


def check_rules(section: Any, work: Work) -> list[Problem]:
    """What is wrong in the section `notify` of a rule set; nothing when it can come into force."""
    return mistakes_in(section)


def root_of(rules: Mapping[str, Any]) -> Route | None:
    """The tree of routes of the rules in force."""
    return route_of(rules["route"]) if rules.get("route") else None


def routed(
    items: Sequence[tuple[Item, str | None]], root: Route | None, receivers: Receivers
) -> tuple[list[Matched], list[Row]]:
    """Each with its route: the one that it goes by already, as long as there is one of this name, or the first that
    fits. For each further one that fits there is a part to be added."""
    by_name = {route.name: route for route in root.every()} if root else {}
    matched, parts = [], []
    for item, before in items:
        routes = [by_name[before]] if before in by_name else matching(root, item.subject) if root else []
        reach = receivers.reach(item.subject.receiver)
        matched.append(match(item, routes[0] if routes else None, reach))
        if not item.part:
            parts += [{"id": new_id(), "of": item.id, "part": route.name} for route in routes[1:]]
    return matched, parts


def world_of(matched: Sequence[Matched], receivers: Receivers, keys: KeyRing, work: Work) -> World:
    """What decides about them beside themselves."""
    able = [one for one in matched if one.ways]
    work.lock_ears({one.ear for one in able if one.ear != one.item.subject.receiver})
    repeating = {one.worded for one in able if one.route and one.route.repeat}
    places = {(one.ear, one.key) for one in able if one.route and one.route.group_by}
    places |= {(one.ear, one.digest_key) for one in able if one.route and one.route.digest}
    return World(
        work.now(),
        work.silences_in_force(),
        work.said_before({one.said for one in able}),
        work.worded_before(repeating),
        work.groups_of(places),
        left_of_limits(able, receivers, keys, work),
    )


def _said(row: Row) -> Said:
    return Said(row["kind"], row["facts"], row["notice_id"])


def _wanted(message: Message, worded: _Worded) -> Wanted:
    lead, receivers = message.parts[0].item, worded.receivers
    receiver = lead.subject.receiver
    ways = [Way(*receivers.target(receiver, way)) for way in message.ways]
    words = worded.on(message, [way.way for way in ways])
    return Wanted(
        key=message.key,
        about=lead.id,
        person=receiver,
        level=message.level,
        words=words[ways[0].way],
        ways=tuple(ways),
        number=message.number,
        expires_at=message.expires_at,
        other_words=words,
    )


class _Worded(NamedTuple):
    """What is needed to put messages into words."""

    said: Mapping[str, Said]
    receivers: Receivers
    templates: Templates
    pages: Pages
    now: dt.datetime

    def on(self, message: Message, ways: Sequence[str]) -> dict[str, Words]:
        """By way; with a link where it is one notice."""
        said = [self.said[part.item.id] for part in message.parts]
        notice = said[0].notice_id if len(said) == 1 else None
        url = self.pages.link(notice, self.now) if notice else ""
        language = self.receivers.language(message.parts[0].item.subject.receiver)
        return {way: words_of(said, self.receivers.channel(way), language, self.templates, url) for way in ways}


def _settled(decision: Decision) -> Row:
    matched, verdict = decision.matched, decision.verdict
    expires_at: dt.datetime | None = matched.expires_at
    return {
        "id": matched.item.id,
        **{name: getattr(verdict, name) for name in ("state", "why", "reason", "due", "silence_id")},
        "route": matched.route.name if matched.route else None,
        "ear": matched.ear or matched.item.subject.receiver,
        "group_key": decision.group_key,
        "gathered": decision.gathered,
        "words_key": matched.item.words_key,
        "expires_at": expires_at,
        "sent_in": decision.sent_in,
    }


def _count(decisions: Sequence[Decision], messages: Sequence[Message]) -> None:
    counted = Counter((one.verdict.state, one.verdict.why) for one in decisions)
    for (state, why), number in counted.items():
        metrics.notifications.labels(state, why).inc(number)
    for message in messages:
        metrics.group_sizes.observe(len(message.parts))
