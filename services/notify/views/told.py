"""What members were told, what went out, and by which accounts."""

from __future__ import annotations

from typing import Any

from services.notify.channels import notice_event
from services.notify.domain.reporters import REPORTER
from services.notify.domain.transitions import path_of
from services.notify.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def notices_after(work: UnitOfWork, member: str, after: int, limit: int) -> dict[str, Any]:
    """What a member has been told after a notice, in order; `last` is the number of the newest there is."""
    rows = work.dicts(SQL.notices_after, member=member, after=after, limit=limit)
    notices = [notice_event(row, work.address).data | {"id": row["id"], "at": row["created_at"]} for row in rows]
    return {"notices": notices, "last": work.one(SQL.last_notice, member=member)[0]}


def channels(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every account: what waits there, since when, and why nothing goes. Nothing secret, and no address."""
    return work.dicts(SQL.account_states)


def deliveries(
    work: UnitOfWork, state: str | None, person: str | None, number: str | None, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """The newest first; `before`: only those before this id."""
    about = {"state": state, "person": person, "number": number, "before": before}
    return work.dicts(SQL.deliveries_listed, **about, limit=limit)


def delivery(work: UnitOfWork, delivery_id: str) -> dict[str, Any] | None:
    """One delivery, its attempts, and the other channels on which the same thing was said."""
    found = work.dicts(SQL.delivery_by_id, id=delivery_id)
    if not found:
        return None
    attempts, steps = (work.dicts(query, id=delivery_id) for query in (SQL.attempts_of, SQL.steps_of))
    return found[0] | {"history": attempts, "steps": steps}


def sent(
    work: UnitOfWork, number: str | None, person: str | None, with_sources: bool, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """What went out about a case, or to a person, or both, and what became of it: the newest first. Neither an address
    nor the link of a reporter. `with_sources`: what sources were told, too."""
    about = {"number": number, "person": person, "before": before, "limit": limit}
    ids = [i for (i,) in work.all(SQL.sent_ids_of_case if number else SQL.sent_ids_of_person, **about)]
    rows = work.dicts(SQL.sent_notices, ids=ids) if ids else []
    others = (SQL.sent_notifications, SQL.sent_deliveries, *([SQL.sent_feedback] if number and with_sources else []))
    rows += [{"notice_number": None, "level": None} | row for query in others for row in work.dicts(query, **about)]
    return sorted(rows, key=lambda row: str(row["id"]), reverse=True)[:limit]


def is_person(work: UnitOfWork, name: str) -> bool:
    """Whether something can go out to somebody of this name."""
    return name == REPORTER or bool(work.all(SQL.place_of_member, person=name))


def lies_within(work: UnitOfWork, area: str, number: str | None, person: str | None) -> bool:
    """Whether the case lies in the area; without a case, whether the member works there."""
    query = SQL.place_of_case if number else SQL.place_of_member
    places = work.all(query, number=number, person=person)
    return any(area in path_of(place, dict(work.all(SQL.area_parents))) for (place,) in places)
