"""What has happened, numbered in the order of the commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class FeedRows(Rows):
    """The feed; the members' notices, as they are listened to."""

    # gather

    def feed_after(self, after: int, limit: int) -> list[Row]:
        return self.dicts(SQL.feed_after, after=after, limit=limit)

    def feed_span(self) -> tuple[int, int]:
        """The last position, and the first that is kept (the one after the last when there is none)."""
        last, first = self.one(SQL.feed_span)
        return last, first

    def notices_of(self, after: Mapping[str, int], limit: int) -> list[Row]:
        """At most so many notices of each member, after the number of the last that is known."""
        rows = to_json([{"member_id": member, "after": number} for member, number in after.items()])
        return self.dicts(SQL.notices_of, rows=rows, limit=limit) if after else []

    def last_notices(self, members: Collection[str]) -> dict[str, int]:
        return dict(self.all(SQL.last_notices, members=list(members))) if members else {}

    # record

    def next_positions(self, count: int) -> range:
        """So many positions; everybody else waits for theirs until the commit, so this comes right before it."""
        last = int(self.one(SQL.next_position, count=count)[0])
        return range(last - count + 1, last + 1)

    def add_feed(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_feed, rows)

    def drop_feed(self, days: int, most: int) -> int:
        return self.count(SQL.drop_feed, days=days, most=most)
