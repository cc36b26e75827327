"""In which order what waits is said: the feed comes after what somebody's work waits for."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from shared.messaging.envelope import MAX_EVENTS
from shared.outbox.unit_of_work import Row

FEED = "feed"  # the exchange
WINDOW = 200  # messages on the way before confirms are waited for
FEED_AT_ONCE = WINDOW // 2  # events of the feed between two looks at what else waits


class Lanes:
    """Rows of the outbox that wait in memory, each lane in its order.

    The broker copies an event of the feed to everybody who has subscribed; when they are many its confirms come slowly.
    A notice to a member does not stand behind thousands of these (measured: decision 9).
    """

    def __init__(self) -> None:
        self._first: deque[Row] = deque()
        self._feed: deque[Row] = deque()

    def __len__(self) -> int:
        return len(self._first) + len(self._feed)

    def put(self, rows: Sequence[Row]) -> None:
        for row in rows:
            (self._feed if row.exchange == FEED else self._first).append(row)

    def take(self) -> list[Row]:
        """What goes out next; nothing when nothing waits."""
        return [
            lane.popleft()
            for lane, most in ((self._first, WINDOW * MAX_EVENTS), (self._feed, FEED_AT_ONCE))
            for _ in range(min(len(lane), most))
        ]

    def clear(self) -> None:
        self._first.clear()
        self._feed.clear()
