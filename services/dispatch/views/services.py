"""The service list, what can be had when, what was ordered, and how it went."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.dispatch.domain.access import Matter, Scope
from services.dispatch.domain.appointments import Slot, Timetable
from services.dispatch.errors import NothingLoaded
from services.dispatch.store import SQL, Work
from services.dispatch.views.scores import town_today
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

SHARES = ("at_most_once", "on_time")
SUMMED = ("ordered", "green", "done", *SHARES, "confirmed", "solved", "visits")


def services(work: UnitOfWork) -> list[dict[str, Any]]:
    """What can be ordered."""
    return [item for (item,) in work.all(SQL.services_on_list)]


def service(work: UnitOfWork, code: str) -> dict[str, Any] | None:
    """One item that can be ordered, with what must be brought; or None."""
    row = work.one(SQL.active_service, code=code)
    return row[0] if row else None


def slots(
    work: Work, item: dict[str, Any], since: dt.datetime | None, until: dt.datetime | None, place: str | None
) -> list[dict[str, Any]]:
    """The slots of an item in that time, as far ahead as it is booked, with the seats that are left. Raises
    NothingLoaded."""
    calendar = work.calendar()
    if calendar is None:
        raise NothingLoaded
    table = Timetable(item, calendar, work.seats_taken([item["code"]])[item["code"]], work.now())
    found = sorted(table.slots(since or table.now, until or table.until), key=lambda slot: slot.time.start)
    return [_slot(slot, table) for slot in found if place in (None, slot.place)]


def matter_of_service_order(work: UnitOfWork, key: str) -> tuple[str, str, Matter] | None:
    """The id of the work order, its source, and what rights are held against; or None."""
    row = work.one(SQL.matter_of_service_order, key=key)
    return (row[0], row[2], Matter([row[1]], row[3], row[4])) if row else None


def service_orders(
    work: UnitOfWork, state: str | None, item: str | None, reach: Scope, source: str | None, limit: int
) -> list[dict[str, Any]]:
    """Service orders as far as somebody's rights reach."""
    return work.dicts(SQL.service_orders, state=state, item=item, source=source, limit=limit, **reach._asdict())


def service_figures(work: UnitOfWork, since: str, until: str) -> dict[str, Any]:
    """How service orders went, by month and item, and altogether."""
    rows = work.dicts(SQL.service_figures, since=since, until=until)
    total = {name: sum(int(row[name]) for row in rows) for name in SUMMED}
    return {"from": since, "to": until, "total": _with_shares(total), "items": [_with_shares(row) for row in rows]}


def service_gauges(work: UnitOfWork) -> list[Gauge]:
    """Open service orders, and how those of the month that runs went."""
    counts, (_, month) = work.all(SQL.count_service_orders), town_today(work)
    total = service_figures(work, month, month)["total"]
    return [
        (
            "wangge_service_orders",
            "Open service orders, by lane (green channel or not).",
            ["lane"],
            [([lane], number) for lane, number, _ in counts],
        ),
        (
            "wangge_service_orders_without_appointment",
            "Open service orders that could have an appointment and have none.",
            [],
            [([], sum(row[2] for row in counts))],
        ),
        (
            "wangge_service_share",
            "Share of the service orders of this month, of those done: with at most one visit, on time.",
            ["figure"],
            [([name], total[f"{name}_share"]) for name in SHARES if total["done"]],
        ),
    ]


def _slot(slot: Slot, table: Timetable) -> dict[str, Any]:
    times = dict(zip(("starts_at", "ends_at"), slot.as_texts, strict=True))
    free = {"free": table.taken.left(slot, green=False), "free_green": table.taken.left(slot, green=True)}
    return {"place": slot.place, **times, "capacity": slot.capacity, **free}


def _with_shares(row: dict[str, Any]) -> dict[str, Any]:
    done = row["done"]
    return row | {f"{name}_share": round(row[name] / done, 4) if done else None for name in SHARES}
