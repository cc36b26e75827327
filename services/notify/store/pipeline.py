"""Notifications on their way through the pipeline, and what decides about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from services.notify.domain.buckets import Limit
from services.notify.domain.pipeline.steps import Open
from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class PipelineRows(Rows):
    """Whoever settles notifications holds their receivers (`lock_receivers`), and the chats that they go to."""

    # gather

    def pipeline_state(self) -> tuple[bool, bool]:
        """Whether the town has any channel; whether anything is due."""
        has_channels, due = self.one(SQL.pipeline_state)
        return has_channels, due

    def lock_receivers(self, most: int, limit: int) -> list[str]:
        """At most so many, of the `limit` notifications that have been due the longest."""
        return [receiver for (receiver,) in self.all(SQL.lock_receivers, most=most, limit=limit)]

    def due_notifications(self, receivers: Sequence[str], limit: int) -> list[Row]:
        return self.dicts(SQL.due_notifications, receivers=list(receivers), limit=limit) if receivers else []

    def lock_ears(self, ears: Collection[str]) -> None:
        """Chats of units, each for this process alone; in one order, so that nobody waits for each other."""
        for ear in sorted(ears):
            self.run(SQL.lock_ear, ear=ear)

    def receivers(self, ids: Collection[str]) -> dict[str, Row]:
        return {row["member_id"]: row for row in self.dicts(SQL.receivers, ids=sorted(ids))}

    def way_channels(self) -> dict[str, str]:
        return dict(self.all(SQL.way_channels))

    def limits_of(self, ways: Collection[str]) -> list[Row]:
        """way, account_id, limits."""
        rows = self.dicts(SQL.limits_of, ways=sorted(ways)) if ways else []
        return [row | {"limits": [Limit(**limit) for limit in row["limits"]]} for row in rows]

    def piped_cases(self, numbers: Collection[str]) -> dict[str, Row]:
        rows = self.dicts(SQL.piped_cases, numbers=sorted(numbers)) if numbers else []
        return {row["number"]: row for row in rows}

    def said_before(self, said: Iterable[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
        rows = [{"ear": ear, "event_id": event, "part": part} for ear, event, part in said]
        return set(self.all(SQL.said_before, rows=to_json(rows))) if rows else set()

    def worded_before(self, worded: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dt.datetime]:
        rows = [{"ear": ear, "words_key": words} for ear, words in worded]
        found = self.all(SQL.worded_before, rows=to_json(rows)) if rows else []
        return {(ear, words): at for ear, words, at in found}

    def groups_of(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Open]:
        rows = [{"ear": ear, "group_key": key} for ear, key in places]
        found = self.all(SQL.groups_of, rows=to_json(rows)) if rows else []
        return {(ear, key): Open(last, pending) for ear, key, last, pending in found}

    # record

    def move_cases(self, rows: Sequence[Row]) -> None:
        """number, opened, ended (intake's counts), round, ended_round; 0: nothing of the kind."""
        self.write(SQL.move_cases, rows)

    def settle_notifications(self, rows: Sequence[Row]) -> None:
        self.write(SQL.settle_notifications, rows)

    def add_parts(self, rows: Sequence[Row]) -> None:
        """id, of (the notification), part (the route)."""
        self.write(SQL.add_parts, rows)

    def forget_notifications(self, days: int, limit: int) -> int:
        return self.count(SQL.forget_notifications, days=days, limit=limit)
