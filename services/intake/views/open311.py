"""What Open311 clients may see: cases of public sources, and of the client's own."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, NamedTuple

from services.intake.domain.open311 import ENDED
from services.intake.store import SQL
from shared.outbox.unit_of_work import UnitOfWork

BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Offer(NamedTuple):
    """What the town tells clients about itself; `settings` are those of deploy/towns/format.md."""

    jurisdiction: str
    changed_at: dt.datetime
    batch: bool
    settings: dict[str, Any]


class Client(NamedTuple):
    """Whose key it is; `tokens`: the client wants a token instead of the number."""

    source: str
    tokens: bool


def offer(work: UnitOfWork) -> Offer:
    """A town is one jurisdiction: of several sources, the first by name that says something about it counts."""
    row = work.dicts(SQL.open311_offer)[0]
    said: dict[str, Any] = {}
    for settings in reversed(row["settings"]):
        said |= settings
    batch = any(settings.get("tokens") is True for settings in row["settings"])
    jurisdiction = str(said.get("jurisdiction") or work.address.split("/")[1])
    return Offer(jurisdiction, row["changed_at"] or BEGINNING, batch, said)


def services(work: UnitOfWork) -> list[dict[str, Any]]:
    return work.dicts(SQL.open311_services, code=None)


def service(work: UnitOfWork, code: str) -> dict[str, Any] | None:
    rows = work.dicts(SQL.open311_services, code=code)
    return rows[0] if rows else None


def client_of_key(work: UnitOfWork, key_hash: str) -> Client | None:
    row = work.one(SQL.client_of_key, key_hash=key_hash)
    return Client(*row) if row else None


def keys_of_source(work: UnitOfWork, source: str) -> list[dict[str, Any]]:
    return work.dicts(SQL.keys_of_source, source=source)


def service_requests(work: UnitOfWork, asked: dict[str, Any], own: str | None) -> list[dict[str, Any]]:
    """Cases; `asked` as adapters/open311_query.py reads it, `own` is the source whose cases the client may see, too."""
    return work.dicts(SQL.service_requests, **asked, own=own, ended=list(ENDED))


def updates(
    work: UnitOfWork, start: dt.datetime, end: dt.datetime, page: tuple[int, int], own: str | None
) -> list[dict[str, Any]]:
    """What was told between two times, both inclusive in whole seconds; `page` is how many, after skipping how many."""
    (size, skipped), after = page, end + dt.timedelta(seconds=1)
    return work.dicts(SQL.open311_updates, start=start, end=after, size=size, skipped=skipped, own=own)


def request_of_token(work: UnitOfWork, token: str) -> str | None:
    """The number of the case that became of a report, by the id of the report."""
    try:
        row = work.one(SQL.request_of_token, id=str(uuid.UUID(token)))
    except ValueError:
        return None
    return row[0] if row else None


def report_id(work: UnitOfWork, source: str, external_id: str) -> str:
    return work.one(SQL.report_id, source=source, external_id=external_id)[0]


def was_reported(work: UnitOfWork, source: str, external_id: str, since: dt.datetime) -> bool:
    return work.one(SQL.was_reported, source=source, external_id=external_id, since=since) is not None
