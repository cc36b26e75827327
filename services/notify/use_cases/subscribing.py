"""Subscriptions are made and ended, as far as the rights of whoever asks reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.notify.domain.subscribing import Known, Who, Wish, Wrong, in_reach, may_end, mistakes, refusal
from services.notify.domain.subscriptions import MEMBER, ROLE, SYSTEM, Filter, Receiver
from services.notify.errors import NotYours, SubscriptionEnded, SubscriptionUnknown
from services.notify.messages import NAMES
from services.notify.store import OpenWork, Row, Work
from shared.messaging.envelope import new_id

NOTHING = Filter()
LISTS = ("transitions", "categories", "levels", "sources", "kinds")


@dataclass(frozen=True)
class Asked:
    """A wish with why, and until when it is good."""

    wish: Wish
    reason: str
    expires_at: dt.datetime | None = None


class Mistaken(Exception):
    """Some of what was asked for cannot be: by its place in the list, what is wrong with it."""

    def __init__(self, wrong: list[tuple[int, Wrong]]):
        super().__init__("; ".join(f"{one.problem}: {one.repair}" for _, one in wrong))
        self.wrong = wrong


def asked_of(body: Mapping[str, Any]) -> Asked:
    """What a body or a file asks for, as its schema has read it."""
    given = body["receiver"]
    kind = next(kind for kind in (MEMBER, ROLE, SYSTEM) if kind in given)
    wanted = Filter(area=body["area"], **{name: tuple(body[name]) for name in LISTS})
    wish = Wish(Receiver(kind, given[kind], given.get("within")), wanted, body["queue"], body["webhook"])
    return Asked(wish, body["reason"], body["expires_at"])


def subscribe(asked: Sequence[Asked], who: Who, open_work: OpenWork) -> list[Row]:
    """All of these or none. Raises NotYours, Mistaken."""
    with open_work() as work:
        work.lock_subscriptions()
        known = _known([one.wish for one in asked], who, work)
        wishes = [in_reach(one.wish, who, known) for one in asked]
        for wish in wishes:
            if why := refusal(wish, who, known):
                raise NotYours(why)
        wrong = [(at, one) for at, wish in enumerate(wishes) for one in mistakes(wish, known.with_more(wishes[:at]))]
        now = work.now()
        wrong += [(at, PAST) for at, one in enumerate(asked) if one.expires_at and one.expires_at <= now]
        if wrong:
            raise Mistaken(wrong)
        rows = [_row(replace(one, wish=wish), who.name) for one, wish in zip(asked, wishes, strict=True)]
        work.add_subscriptions(rows)
        work.commit()
    return rows


PAST = Wrong("expires_at", "that is over already", "give a time that is to come, or leave it out")


def end_subscription(subscription_id: str, who: Who, reason: str, open_work: OpenWork) -> Row:
    """It is in force no longer. Raises SubscriptionUnknown, NotYours, SubscriptionEnded."""
    with open_work() as work:
        work.lock_subscriptions()
        found = work.lock_subscription(subscription_id)
        if found is None:
            raise SubscriptionUnknown(subscription_id)
        receiver = Receiver(found["receiver_kind"], found["receiver"], found["within"])
        if not may_end(receiver, found["area"], who, _known([Wish(receiver, NOTHING, False, None)], who, work)):
            raise NotYours("it is for somebody else: its receiver ends it, or their leader, or the desk")
        if found["ended_at"] is not None:
            raise SubscriptionEnded(subscription_id)
        work.end_subscription(subscription_id, who.name, reason)
        work.commit()
    return {"id": subscription_id, "ended": True}


def _known(wishes: Sequence[Wish], who: Who, work: Work) -> Known:
    members = {wish.receiver.name for wish in wishes if wish.receiver.kind == MEMBER} | {who.name}
    return Known(
        parents=work.area_parents(),
        people={person.member_id: person for person in work.people(members)},
        roles=work.roles(),
        webhooks=work.webhook_accounts({wish.webhook for wish in wishes if wish.webhook}),
        transitions=NAMES,
        counts=work.count_subscriptions({wish.receiver[:2] for wish in wishes}),
        total=work.total_subscriptions(),
    )


def _row(one: Asked, who: str) -> Row:
    wish, wanted = one.wish, asdict(one.wish.filter)
    row: dict[str, Any] = {"id": new_id(), "receiver_kind": wish.receiver.kind, "receiver": wish.receiver.name}
    row |= {"within": wish.receiver.within, "area": wanted["area"], **{name: list(wanted[name]) for name in LISTS}}
    row |= {"queue": wish.queue, "webhook": wish.webhook, "reason": one.reason, "made_by": who}
    return row | {"expires_at": one.expires_at}
