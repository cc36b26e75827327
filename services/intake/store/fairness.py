"""How sources behave, and what they may send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.domain.fairness import Bucket, Flow
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class FairnessRows(UnitOfWork):
    """Hours, flows and buckets of sources."""

    def count_hours(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.count_hours, rows=to_json(rows))

    def forget_hours(self) -> None:
        self.run(SQL.forget_hours)

    def lock_flows(self, sources: Sequence[str]) -> dict[str, Flow]:
        rows = self.all(SQL.lock_flows, rows=to_json([{"source": source} for source in sources]))
        return {row[0]: Flow(*row[1:]) for row in rows}

    def put_flows(self, flows: dict[str, Flow]) -> None:
        self.run(SQL.put_flows, rows=to_json([{"source": source} | vars(flow) for source, flow in flows.items()]))

    def throttled(self) -> set[str]:
        return {source for (source,) in self.all(SQL.throttled)}

    def lock_bucket(self, source: str, lane: str, burst: float) -> tuple[Bucket, Any]:
        """The bucket and the database's time."""
        tokens, at, now = self.one(SQL.lock_bucket, source=source, lane=lane, burst=burst)
        return Bucket(tokens, at), now

    def put_bucket(self, source: str, lane: str, bucket: Bucket) -> None:
        self.run(SQL.put_bucket, source=source, lane=lane, tokens=bucket.tokens, at=bucket.at)
