"""What happens to cases: copies of what decides who hears of it, and what is to be heard on channels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.notify.store.base import SQL, Row, Rows

GIVE_WAY = 5  # seconds that what somebody has subscribed to waits for what they are told anyway


class TransitionRows(Rows):
    """Areas, cases, notifications. `notified`: whether this unit of work has added some. `has_channels`: False where it
    is known that the town has none, so that nothing need be added."""

    notified, has_channels = False, True

    # gather

    def area_parents(self) -> dict[str, str | None]:
        return dict(self.all(SQL.area_parents))

    def cases(self, numbers: Collection[str]) -> list[Row]:
        return self.dicts(SQL.cases, numbers=sorted(numbers)) if numbers else []

    # record

    def put_areas(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_areas, rows)

    def put_cases(self, rows: Sequence[Row]) -> None:
        """At most one row of each case."""
        self.write(SQL.put_cases, rows)

    def merge_cases(self, rows: Sequence[Row]) -> None:
        """number, into, source."""
        self.write(SQL.merge_cases, rows)

    def add_notifications(self, rows: Sequence[Row]) -> None:
        """What members are told anyway, on other channels too; it comes before what they have subscribed to."""
        if rows and self.has_channels:
            self.write(SQL.add_notifications, [{"source": "notice", "wait": 0} | row for row in rows])
            self.write(SQL.give_way, [{name: row[name] for name in ("event_id", "receiver")} for row in rows])
            self.notified = True

    def add_subscribed(self, rows: Sequence[Row]) -> None:
        """What members have subscribed to, unless they are told of the same event anyway."""
        if rows and self.has_channels:
            self.write(SQL.add_notifications, [{"source": "subscription", "wait": GIVE_WAY} | row for row in rows])
            self.notified = True
