"""Notices of members, feedback of sources, and their ways by queue and webhook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

Place = tuple[Any, ...]  # source, thread and number of one piece of feedback


class NoticeRows(Rows):
    """What members and sources are told."""

    # gather

    def notices_after(self, member: str, after: int, limit: int) -> list[Row]:
        return self.dicts(SQL.notices_after, member=member, after=after, limit=limit)

    def lock_places(self, places: Sequence[Place]) -> dict[Place, bool]:
        """Whether what stands at these places (source, thread, number) was delivered, as far as it is known here."""
        rows = self.all(SQL.lock_places, rows=_numbered(places)) if places else []
        delivered = self.delivered([row[0] for row in rows])
        return {row[1:]: row[0] in delivered for row in rows}

    def delivered(self, ids: Sequence[str]) -> set[str]:
        """Those of this feedback that were delivered."""
        return {i for (i,) in self.all(SQL.delivered, ids=list(ids))} if ids else set()

    def feedback(self, ids: Collection[str]) -> list[Row]:
        return self.dicts(SQL.feedback_by_id, ids=sorted(ids)) if ids else []

    def webhook_sources(self, sources: Collection[str]) -> set[str]:
        """Those of these sources that hear by webhook."""
        return {name for (name,) in self.all(SQL.webhook_sources, sources=sorted(sources))} if sources else set()

    def claim_webhooks(self, limit: int, each: int, lease: float) -> list[Row]:
        """Webhooks that are due, leased for so many seconds; at most so many of each source."""
        return self.dicts(SQL.claim_webhooks, limit=limit, each=each, lease=lease)

    # record

    def put_sources(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.put_sources, rows=to_json(rows))

    def add_webhooks(self, rows: Sequence[Row]) -> set[str]:
        """The ids of those that were not waiting to be sent already."""
        return {i for (i,) in self.all(SQL.add_webhooks, rows=to_json(rows))} if rows else set()

    def put_off_webhooks(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.put_off_webhooks, rows=to_json(rows))

    def end_webhooks(self, ids: Sequence[str]) -> None:
        if ids:
            self.run(SQL.end_webhooks, ids=list(ids))

    def stop_webhooks(self, sources: Collection[str]) -> list[Row]:
        """These sources want no webhooks any more; gives back the feedback that was to go to them."""
        ids = [i for (i,) in self.all(SQL.stop_webhooks, sources=sorted(sources))] if sources else []
        return self.feedback(ids)

    def put_members(self, rows: Sequence[Row]) -> None:
        self.run(SQL.put_members, rows=to_json(rows))

    def count_notices(self, more: dict[str, int]) -> dict[str, int]:
        """The last number of each member, after so many more notices."""
        rows = to_json([{"member_id": member, "more": count} for member, count in more.items()])
        return dict(self.all(SQL.count_notices, rows=rows)) if more else {}

    def add_notices(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_notices, rows=to_json(rows))

    def add_feedback(self, rows: Sequence[Row]) -> list[Row]:
        """Those that were new."""
        new = {i for (i,) in self.all(SQL.add_feedback, rows=to_json(rows))} if rows else set()
        return [row for row in rows if row["id"] in new]

    def add_waiting(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_waiting, rows=to_json(rows))

    def release_after(self, delivered: Sequence[str]) -> list[Row]:
        """What waited for this feedback to be delivered, and may go out now."""
        places = self.all(SQL.lock_delivered, ids=list(delivered)) if delivered else []
        released = self.all(SQL.release_waiting, rows=_numbered(places)) if places else []
        return self.feedback([i for (i,) in released])

    def add_deliveries(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_deliveries, rows=to_json(rows))

    def settle_deliveries(self, outcomes: Sequence[Row]) -> list[Row]:
        return self.dicts(SQL.settle_deliveries, rows=to_json(outcomes))


def _numbered(places: Sequence[Place]) -> str:
    return to_json([{"source": source, "thread": thread, "number": number} for source, thread, number in places])
