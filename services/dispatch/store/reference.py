"""The calendar, which dispatch owns; rules, and the limits of categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.conduct import Conduct
from services.dispatch.domain.escalation import Rules
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.policy import Policies
from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class ReferenceRows(Rows):
    """What orders are made with."""

    def calendar(self) -> Calendar | None:
        row = self.one(SQL.calendar)
        return Calendar.of(row[0]) if row else None

    def conduct(self) -> tuple[Calendar, Conduct] | None:
        """The calendar in force, and what is asked of members; None before a calendar was loaded."""
        calendar, rules = self.one(SQL.conduct)
        return (Calendar.of(calendar), Conduct.of(rules or {})) if calendar else None

    def order_rules(self) -> Rules | None:
        """The rules in force for new orders; None before any were loaded."""
        rules = self.rules()
        return Rules.of(rules) if rules else None

    def policies(self) -> Policies:
        """The policies of assignment in force."""
        return Policies.of(self.rules().get("assignment"))

    def category_limits(self, codes: Iterable[str]) -> dict[str, Duration | None]:
        rows = self.all(SQL.category_limits, codes=sorted(set(codes)))
        return {code: Duration.read(limit) if limit else None for code, limit in rows}

    def put_categories(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_categories, rows)

    def put_calendar(self, calendar: dict[str, Any]) -> bool:
        """Whether it differs from the one that was in force; then the deadlines of open orders are worked out anew."""
        changed = self.count(SQL.put_calendar, calendar=to_json(calendar)) == 1
        if changed:
            self.run(SQL.begin_redating)
        return changed
