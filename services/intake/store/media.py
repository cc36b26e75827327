"""Photos, videos and sounds, and the cases that refer to them; their content is in the media store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.intake.domain.media import is_reference
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class MediaRows(UnitOfWork):
    """What was uploaded, what cases refer to, who has looked."""

    def await_media(self, references: Iterable[str]) -> None:
        """Before they are linked, and before cases are locked: an upload takes the two in this order."""
        own = sorted({reference for reference in references if is_reference(reference)})
        if own:
            self.run(SQL.await_media, references=own)

    def link_media(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.link_media, rows=to_json(rows))

    def link_one(self, row: dict[str, Any]) -> bool:
        """Whether the reference is new to its case."""
        return self.count(SQL.link_media, rows=to_json([row])) > 0

    def count_case_media(self, number: str, role: str) -> int:
        return int(self.one(SQL.count_case_media, number=number, role=role)[0])

    def add_media(self, row: dict[str, Any]) -> list[str] | None:
        """The ids of the cases that were waiting for it; None when it was here already."""
        self.run(SQL.bring_media, reference=row["reference"])
        if not self.all(SQL.add_media, rows=to_json([row])):
            return None
        return [case_id for (case_id,) in self.all(SQL.cases_awaiting, reference=row["reference"])]

    def count_media_said(self, case_ids: Sequence[str]) -> None:
        self.run(SQL.count_media_said, ids=list(case_ids), at=self.now())

    def media(self, reference: str) -> dict[str, Any] | None:
        return next(iter(self.dicts(SQL.media_by_reference, reference=reference)), None)

    def positions_of(self, references: Sequence[str]) -> dict[str, tuple[float, float]]:
        """(lon, lat) in WGS84 of those that say where they were taken."""
        own = [reference for reference in references if is_reference(reference)]
        rows = self.all(SQL.media_positions, references=own) if own else []
        return {reference: (lon, lat) for reference, lon, lat in rows}

    def note_access(self, who: str, about: str, reference: str, size: str) -> None:
        self.run(SQL.note_access, at=self.now(), who=who, about=about, reference=reference, size=size)

    def drop_media_of(self, case_ids: Sequence[str]) -> list[str]:
        """Forget what only these cases refer to; gives back the keys of content that nobody has any more."""
        references = [reference for (reference,) in self.all(SQL.unlink_media, case_ids=list(case_ids))]
        unused = self.dicts(SQL.lock_unused_media, references=references)
        self.run(SQL.drop_media, references=[row["reference"] for row in unused])
        keys = {key for row in unused for key in (row["key"], row["thumbnail_key"]) if key}
        return sorted(keys - {key for (key,) in self.all(SQL.keys_in_use, keys=sorted(keys))})
