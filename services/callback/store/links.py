"""What was done, for reporters to see; and the links on which they answer by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.callback.domain.links import LinkTerms
from services.callback.store.base import SQL, Row, Rows


class LinkRows(Rows):
    """Works and links."""

    def link_terms(self) -> LinkTerms:
        """The rules about links that are in force."""
        return LinkTerms.of(self.rules())

    def put_works(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_works, rows)

    def lock_to_link(self, now: dt.datetime, unreached: dt.datetime, limit: int) -> list[Row]:
        """Follow-ups whose link is due now, or that were due at `unreached` already."""
        return self.dicts(SQL.lock_to_link, now=now, unreached=unreached, limit=limit)

    def add_links(self, rows: Sequence[Row]) -> None:
        """Links: digest, follow_up_id, report, key_id, made_at."""
        self.write(SQL.add_links, rows)

    def note_linked(self, rows: Sequence[Row]) -> None:
        """Follow-ups (id) whose reporters have their links (linked_at), and until when they are open (closes_at)."""
        self.write(SQL.note_linked, rows)

    def links_of(self, follow_up_id: str) -> dict[str, str]:
        """Report → the id of the key that its secret is made with."""
        return dict(self.all(SQL.links_of, id=follow_up_id))

    def view_links(self, follow_up_id: str, reports: Sequence[str], who: str, at: dt.datetime) -> None:
        self.run(SQL.view_links, id=follow_up_id, reports=list(reports), who=who, at=at)

    def open_link(self, digest: str) -> Row | None:
        """What a link leads to; None for one that was never made."""
        return next(iter(self.dicts(SQL.open_link, digest=digest)), None)

    def note_opened(self, digest: str, at: dt.datetime) -> None:
        self.run(SQL.note_opened, digest=digest, at=at)

    def answer_on_link(self, follow_up_id: str, report: str) -> Row | None:
        return next(iter(self.dicts(SQL.answer_on_link, id=follow_up_id, report=report)), None)
