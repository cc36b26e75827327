"""How a member can be reached: on which ways, by which of their contacts, and what is left of the limits there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from services.notify.domain.buckets import ACCOUNT, TARGET, Bucket, Key, Limit, filled
from services.notify.domain.kinds import KINDS
from services.notify.domain.pipeline.steps import Left, Reach

PHONE = "phone"
NOT_KNOWN = "nobody of this name is known here"
GONE = "they do not work here any more"
_CHATS = {"dingtalk_work": "dingtalk", "wecom_app": "wecom"}


def contact_of(channel: str) -> str | None:
    """Which contact of a member such an account needs: `phone`, or the platform of a chat id; empty: none, it reaches
    whom it reaches. None: members have no such contact."""
    if channel.startswith("sms_"):
        return PHONE
    return _CHATS.get(channel) if KINDS[channel].targeted else ""


def reach_of(active: bool | None, contacts: Collection[str], channels: Mapping[str, str], group: str) -> Reach:
    """`active`: None when the member is not known; `channels`: way → kind of its accounts; `group`: the way of the
    unit's chat."""
    if not active:
        return Reach(problem=NOT_KNOWN if active is None else GONE)
    needed = {way: contact_of(channel) for way, channel in channels.items()}
    ways = frozenset(way for way, one in needed.items() if one == "" or one in contacts)
    return Reach(ways, group, served=frozenset(channels))


def group_of(role: str, area: Sequence[str], units: Mapping[str, str]) -> str:
    """The way of the chat of somebody's unit: of their department, else of the nearest area that has one."""
    return next((units[unit] for unit in (role, *reversed(area)) if unit in units), "")


def left_of(
    accounts: Sequence[tuple[Sequence[Limit], Mapping[Key, Bucket]]], target_key: str, now: dt.datetime
) -> Left | None:
    """Of the account with the most left, the limit that is the nearest; None: nothing limits them."""
    left = [_nearest(limits, buckets, target_key, now) for limits, buckets in accounts]
    shares = [(one.tokens / one.burst, one) for one in left if one]
    return max(shares)[1] if shares and len(shares) == len(left) else None


def _nearest(limits: Sequence[Limit], buckets: Mapping[Key, Bucket], target_key: str, now: dt.datetime) -> Left | None:
    scopes = {ACCOUNT: "", TARGET: target_key}
    found = [
        Left(filled(limit, buckets.get((scopes[limit.per], position)), now).tokens, limit.burst)
        for position, limit in enumerate(limits)
        if limit.per in scopes
    ]
    return min(found, key=lambda one: one.tokens / one.burst, default=None)
