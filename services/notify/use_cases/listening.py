"""Whoever listens hears what is new at once: one reader per process looks for it, and only while somebody listens.

Nothing is missed: a listener first takes a seat, from whose position on everything is spread to it, and then reads what
lies between what it has heard last and that position.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import eventlet
from eventlet.event import Event as Signal
from eventlet.semaphore import Semaphore

from services.notify import channels
from services.notify.channels import metrics
from services.notify.domain.subscriptions import MEMBER, SYSTEM, Audience
from services.notify.domain.transitions import Facts, Transition
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.telling import Subscribers, audiences
from shared.http.sse import Hub, Item, Seat

log = logging.getLogger(__name__)
POLL = 0.05  # seconds between looks, when nothing wakes the reader
IDLE = 1.0  # seconds between looks when nobody listens
GAP = 0.01  # seconds between looks at the least
PAGE = 500  # rows read at once
REACH = 10_000  # positions that are looked through for one listener who comes back
MISSED = 1_000  # events that one listener who comes back is given
READERS = 2  # who may read what was missed at the same time: others wait, so that the line has connections left
FEED, NOTICES = "feed", "notices"


class Missed(NamedTuple):
    """What was missed; `cut`: what of it cannot be given (from, to), `next`: up to where this goes."""

    items: list[Item]
    next: int
    cut: tuple[int, int] | None


class Joined(NamedTuple):
    """A seat; `upto`: it hears everything after this number; `last`: the newest there is, of which the reader of this
    process may not know yet."""

    seat: Seat
    upto: int
    last: int


class Live:
    """The reader, and what it has read up to: `position` of the feed, the last notice of each member who listens."""

    def __init__(self, open_work: OpenWork, subscribers: Subscribers, hub: Hub | None = None):
        self._open_work, self._subscribers = open_work, subscribers
        self.hub = hub or Hub()
        self.position: int | None = None
        self._said: dict[str, int] = {}
        self._signal = Signal()
        self._catching_up = Semaphore(READERS)

    # the reader

    def wake(self) -> None:
        """Something may be new."""
        if self.hub.size and not self._signal.ready():
            self._signal.send()

    def run(self) -> None:
        """Never ends."""
        while True:
            try:
                with eventlet.Timeout(POLL if self.hub.size else IDLE, False):
                    self._signal.wait()
                self._signal = Signal()
                self.turn()
                eventlet.sleep(GAP)
            except Exception as error:
                log.warning("what is new could not be read: %s; again in a second", type(error).__name__)
                eventlet.sleep(1)

    def turn(self) -> None:
        """Read what is new for those who listen, and spread it."""
        names = set(self.hub.names())
        listening = {name.partition("/")[2] for name in names if name.startswith(f"{NOTICES}/")}
        self._said = {member: said for member, said in self._said.items() if member in listening}
        if not any(name.startswith(f"{FEED}/") for name in names):
            self.position = None
        if self.position is None and not self._said:
            return
        with self._open_work() as work:
            self._spread_feed(work)
            self._spread_notices(work)

    def _spread_feed(self, work: Work) -> None:
        if self.position is None:
            return
        rows = work.feed_after(self.position, PAGE)
        heard = audiences([transition_of(row) for row in rows], self._subscribers, work) if rows else []
        for row, who in zip(rows, heard, strict=True):
            self.hub.spread(_names(who), item_of(row, work))
            self.position = row["position"]

    def _spread_notices(self, work: Work) -> None:
        last = work.last_notices(self._said)
        moved = {member: said for member, said in self._said.items() if last.get(member, 0) > said}
        for row in work.notices_of(moved, PAGE):
            self._said[row["member_id"]] = row["notice_number"]
            self.hub.spread([f"{NOTICES}/{row['member_id']}"], notice_item(row, work))

    # those who come to listen

    def join_feed(self, kind: str, name: str, way: str) -> Joined:
        """A seat of a member or a system. Raises TooMany, Unavailable."""
        seat = self.hub.join(f"{kind}/{name}", f"{FEED}/{kind}/{name}", way)
        self.wake()
        try:
            with self._open_work() as work:
                last, _ = work.feed_span()
        except BaseException:
            seat.leave()
            raise
        if self.position is None:
            self.position = last
        return Joined(seat, self.position, last)

    def join_notices(self, member: str, way: str) -> Joined:
        """A seat for a member's notices. Raises TooMany, Unavailable."""
        seat = self.hub.join(f"{MEMBER}/{member}", f"{NOTICES}/{member}", way)
        self.wake()
        try:
            with self._open_work() as work:
                last = work.last_notices([member]).get(member, 0)
        except BaseException:
            seat.leave()
            raise
        return Joined(seat, self._said.setdefault(member, last), last)

    def heard_to(self, seat: Seat, otherwise: int) -> int:
        """Up to where everything has come to a seat at which nothing waits."""
        if seat.name.startswith(f"{NOTICES}/"):
            return self._said.get(seat.name.partition("/")[2], otherwise)
        return self.position if self.position is not None else otherwise

    def missed_feed(self, kind: str, name: str, after: int, upto: int) -> Missed:
        """What somebody has missed between two positions, as they have subscribed now; the newest, where it is more
        than `MISSED`."""
        with self._catching_up:
            with self._open_work() as work:
                last, first = work.feed_span()
            start = max(min(after, last), first - 1, upto - REACH)
            found = deque[Item](maxlen=MISSED + 1)
            found.extend(self._matching(f"{FEED}/{kind}/{name}", start, upto))
        lost = _cut(after, start, last)
        if len(found) > MISSED:
            lost = ((lost or (start + 1, 0))[0], found.popleft().number)
        return Missed(list(found), max(start, upto), lost)

    def page_of_feed(self, kind: str, name: str, after: int | None, most: int) -> Missed:
        """The first events after a position; the rest is there for who asks again, from `next` on."""
        with self._catching_up:
            with self._open_work() as work:
                last, first = work.feed_span()
            known = last if after is None else after
            start = max(min(known, last), first - 1)
            end, lost = min(last, start + REACH), _cut(known, start, last)
            found = list(islice(self._matching(f"{FEED}/{kind}/{name}", start, end), most))
        return Missed(found, found[-1].number if len(found) == most else end, lost)

    def _matching(self, name: str, start: int, end: int) -> Iterator[Item]:
        while start < end:
            with self._open_work() as work:
                rows = [row for row in work.feed_after(start, PAGE) if row["position"] <= end]
                heard = audiences([transition_of(row) for row in rows], self._subscribers, work) if rows else []
                found = [item_of(row, work) for row, who in zip(rows, heard, strict=True) if name in _names(who)]
            yield from found
            start = rows[-1]["position"] if rows else end
            eventlet.sleep(0)

    def missed_notices(self, member: str, after: int, upto: int) -> Missed:
        """A member's notices after one, up to another; the newest, where they are more than `MISSED`."""
        with self._catching_up, self._open_work() as work:
            last = work.last_notices([member]).get(member, 0)
            start = max(min(after, last), upto - MISSED)
            rows = work.notices_of({member: start}, MISSED)
            items = [notice_item(row, work) for row in rows if row["notice_number"] <= upto]
        return Missed(items, max(start, upto), _cut(after, start, last))


def transition_of(row: Row) -> Transition:
    """What a row of the feed is about."""
    names = ("number", "level", "kind", "category")
    facts = Facts(**{name: row[name] for name in names}, area=tuple(row["area"]), sources=tuple(row["sources"]))
    return Transition(row["event_id"], row["transition"], row["at"], facts, {"round": row["round"]})


def item_of(row: Row, work: Work) -> Item:
    return Item(row["position"], channels.feed_event(row, work.address).encode())


def notice_item(row: Row, work: Work) -> Item:
    return Item(row["notice_number"], channels.notice_event(row, work.address).encode(row["created_at"].isoformat()))


def cut_of(missed: Missed) -> dict[str, int] | None:
    """What is said to a listener who cannot be given everything: the first and the last position of what is missing."""
    if missed.cut is None:
        return None
    metrics.cut.inc()
    return {"from": missed.cut[0], "to": missed.cut[1]}


def _names(who: Audience) -> set[str]:
    members = {f"{FEED}/{MEMBER}/{member}" for member in who.members}
    return members | {f"{FEED}/{SYSTEM}/{system}" for system in who.systems}


def _cut(after: int, start: int, last: int) -> tuple[int, int] | None:
    """What lies between what was heard last and what is given first; or what was heard, and is not known here."""
    if after > last:
        return last + 1, after
    return (after + 1, start) if start > after else None
