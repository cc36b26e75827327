"""First answers to requests, and the secrets of webhooks."""

from __future__ import annotations

from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class DoorRows(UnitOfWork):
    """What a door remembers of its callers."""

    def lock_answer(self, source: str, key: str) -> bool:
        """Whether this transaction is the only one at work on the request with this key."""
        return self.one(SQL.lock_answer, source=source, key=key)[0]

    def first_answer(self, source: str, key: str) -> tuple[str, dict[str, Any]] | None:
        """The hash of the first request's body and what was answered, at most a day ago."""
        return self.one(SQL.first_answer, source=source, key=key)

    def keep_answer(self, source: str, key: str, body_hash: str, answer: dict[str, Any]) -> None:
        self.run(SQL.keep_answer, source=source, key=key, body_hash=body_hash, answer=to_json(answer))

    def forget_answers(self) -> None:
        self.run(SQL.forget_answers)

    def source_records(self, only: str | None = None) -> list[dict[str, Any]]:
        """What others need of a source, or of all, locked: whoever asks later gets a higher version."""
        return self.dicts(SQL.source_records, only=only)

    def webhook_secrets(self, source: str, direction: str) -> list[dict[str, Any]]:
        return self.dicts(SQL.webhook_secrets, source=source, direction=direction)

    def add_webhook_secret(self, row: dict[str, Any]) -> None:
        self.run(SQL.add_webhook_secret, **row)

    def end_webhook_secrets(self, source: str, direction: str, keep: float) -> None:
        self.run(SQL.end_webhook_secrets, source=source, direction=direction, keep=keep)
