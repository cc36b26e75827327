"""Who has reported, each under a key of their own; and who has seen what of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from services.intake.domain.audit import FIRST, Entry, link
from services.intake.domain.retention import Retention
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json

Rows = list[dict[str, Any]]


class PersonRows(UnitOfWork):
    """Persons and what they have told."""

    def put_persons(self, rows: Sequence[dict[str, Any]]) -> Rows:
        """Persons with these numbers: the known ones, or else the new ones that are given (`id`, `phone_index`,
        `wrapped_key`)."""
        return self.dicts(SQL.put_persons, rows=to_json(rows)) if rows else []

    def person_by_phone(self, phone_index: str, lock: bool = False) -> str | None:
        row = self.one(SQL.lock_person_by_phone if lock else SQL.person_by_phone, phone_index=phone_index)
        return row[0] if row else None

    def cases_of_person(self, person_id: str) -> Rows:
        return self.dicts(SQL.cases_of_person, id=person_id)

    def originals_of_case(self, number: str) -> Rows:
        return self.dicts(SQL.originals_of_case, number=number)

    def reporters_to_reach(self, numbers: Sequence[str]) -> Rows:
        return self.dicts(SQL.reporters_to_reach, numbers=list(numbers)) if numbers else []

    def lock_cases_of_person(self, person_id: str) -> Rows:
        return self.dicts(SQL.lock_cases_of_person, id=person_id)

    def forget_person(self, person_id: str, at: dt.datetime) -> set[str]:
        """Nothing of the person can be read any more; gives the cases of which nobody can be asked now."""
        self.run(SQL.forget_originals, id=person_id)
        self.run(SQL.destroy_keys, ids=[person_id], at=at)
        return {case_id for (case_id,) in self.all(SQL.make_anonymous, id=person_id)}

    def count_said(self, rows: Rows) -> None:
        if rows:
            self.run(SQL.count_said, rows=to_json([{"id": row["id"], "said": row["said"]} for row in rows]))

    def reports_past_retention(self, retention: Retention, limit: int) -> Rows:
        return self.dicts(
            SQL.reports_past_retention,
            now=self.now(),
            by_category=to_json(retention.by_category),
            otherwise=retention.otherwise,
            shortest=retention.shortest,
            limit=limit,
        )

    def forget_reports(self, rows: Rows) -> int:
        """What these reports told; the keys of persons of whom nothing is left are destroyed. Gives how many."""
        self.run(SQL.forget_reports, ids=[row["id"] for row in rows])
        persons = sorted({row["person_id"] for row in rows if row["person_id"]})
        left = [person_id for (person_id,) in self.all(SQL.persons_without_reports, ids=persons)]
        self.run(SQL.destroy_keys, ids=left, at=self.now())
        return len(left)

    def sealed_by_others(self, current: str) -> int:
        return self.one(SQL.sealed_by_others, current=f"{current}.%")[0]

    def keys_of_others(self, current: str, limit: int) -> Rows:
        return self.dicts(SQL.keys_of_others, current=f"{current}.%", limit=limit)

    def put_keys(self, rows: Rows) -> None:
        self.run(SQL.put_keys, rows=to_json(rows))

    def originals_of_others(self, current: str, limit: int) -> Rows:
        return self.dicts(SQL.originals_of_others, current=f"{current}.%", limit=limit)

    def put_originals(self, rows: Rows) -> None:
        self.run(SQL.put_originals, rows=to_json(rows))

    def secrets_of_others(self, current: str, limit: int) -> Rows:
        return self.dicts(SQL.secrets_of_others, current=f"{current}.%", limit=limit)

    def put_secrets(self, rows: Rows) -> None:
        self.run(SQL.put_secrets, rows=to_json(rows))


class AuditRows(UnitOfWork):
    """The chain of who has done what with personal data."""

    def note(self, who: str, role: str, action: str, about: str, reason: str) -> None:
        """An entry at the end of the chain; the next waits until this transaction has ended, so keep it short."""
        entry = Entry(self.now(), who, role, action, about, reason)
        self.run(SQL.lock_audit)
        last = self.one(SQL.last_hash)
        previous = last[0] if last else FIRST
        self.run(SQL.add_audit, **vars(entry), previous_hash=previous, hash=link(previous, entry))

    def parked(self, parked_id: str) -> Rows:
        """As in every service; that it was shown is noted."""
        self.note("admin", "admin", "show_parked", parked_id, "dead show")
        return super().parked(parked_id)

    def audit(self, at_once: int = 1000) -> Iterator[dict[str, Any]]:
        """The whole chain, in order."""
        after = 0
        while rows := self.dicts(SQL.audit_after, after=after, limit=at_once):
            yield from rows
            after = rows[-1]["id"]
