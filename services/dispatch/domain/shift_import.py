"""A plan of duty that somebody hands in: each row is a shift of a member, or says why it is none.

From its first moment to its last the file is the plan of the roster: whoever is not in it is not on the roster then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.dispatch.domain.duty import Change, differences
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.stretches import Stretch, Stretches, joined, within

LONGEST = dt.timedelta(days=31)


class Given(NamedTuple):
    """A row as it was read: who (an id or a name), from when to when; moments without a zone are the town's."""

    row: int
    who: str
    start: dt.datetime | None
    end: dt.datetime | None
    wrong: tuple[Reason, ...] = ()


class Placed(NamedTuple):
    """What a row means, or what is wrong with it."""

    row: int
    member_id: str
    stretch: Stretch | None
    reasons: tuple[Reason, ...]


def place(
    given: Iterable[Given], names: Mapping[str, Sequence[str]], zone: dt.tzinfo, until: dt.datetime
) -> list[Placed]:
    """`names`: what a member may be called → the members who are; `until`: how far duty is planned."""
    return [_place(one, names.get(one.who, ()), zone, until) for one in given]


def changes_to(
    roster_id: str, planned: dict[str, Stretches], wanted: Sequence[Placed], now: dt.datetime
) -> list[Change]:
    """What makes the plan of the roster that of the file, from now on."""
    stretches = [one.stretch for one in wanted if one.stretch]
    frame = [Stretch(max(now, min(s.start for s in stretches)), max(s.end for s in stretches))] if stretches else []
    by_member: dict[str, Stretches] = {}
    for one in wanted:
        if one.stretch:
            by_member.setdefault(one.member_id, []).append(one.stretch)
    new = {member: within(joined(shifts), frame) for member, shifts in by_member.items()}
    old = {member: within(shifts, frame) for member, shifts in planned.items()}
    return differences(roster_id, old, new)


def _place(one: Given, called: Sequence[str], zone: dt.tzinfo, until: dt.datetime) -> Placed:
    reasons = list(one.wrong)
    if not called:
        reasons.append(
            Reason("member", f"there is no member {one.who[:40]!r} who gets work", "give the id or the name")
        )
    if len(called) > 1:
        reasons.append(Reason("member", f"{', '.join(called)} are called so", "give the id instead of the name"))
    if one.start is None or one.end is None or reasons:
        return Placed(one.row, "", None, tuple(reasons))
    stretch = Stretch(_in_zone(one.start, zone), _in_zone(one.end, zone))
    if not dt.timedelta() < stretch.end - stretch.start <= LONGEST:
        problem = f"it ends before it begins, or is longer than {LONGEST.days} days"
        reasons.append(Reason("to", problem, "correct the times"))
    elif stretch.end > until:
        reasons.append(
            Reason("date", f"duty is planned until {until:%Y-%m-%d}", "import what lies later when it is near")
        )
    return Placed(one.row, called[0], None if reasons else stretch, tuple(reasons))


def _in_zone(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
