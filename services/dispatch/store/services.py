"""The service list, what was ordered of it, appointments and visits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.dispatch.domain.appointments import Taken
from services.dispatch.domain.service_data import Known
from services.dispatch.domain.serving import slot_of
from services.dispatch.domain.stretches import Stretch
from services.dispatch.store.base import SQL, Row, Rows


class ServiceRows(Rows):
    """Service orders. Whoever changes an appointment calls `lock_booking` before it reads what is free."""

    def lock_booking(self) -> None:
        self.run(SQL.lock_booking)

    def known_to_services(self) -> Known:
        """What the service list may name; categories that intake has not told yet are not held against it."""
        members = {member for (member,) in self.all(SQL.service_members)}
        categories = {code for (code,) in self.all(SQL.category_codes)}
        return Known(members, {area for (area,) in self.all(SQL.area_ids)}, categories or None)

    def all_services(self) -> dict[str, Row]:
        return {row["code"]: row for row in self.dicts(SQL.all_services)}

    def put_services(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_services, rows)

    def service_items(self, codes: Iterable[str]) -> dict[str, tuple[Row, list[str]]]:
        """Items that can be ordered, by code, and the areas in which their runners work."""
        return {item["code"]: (item, areas) for item, areas in self.all(SQL.service_items, codes=sorted(set(codes)))}

    def service_item(self, code: str) -> Row | None:
        """An item, on the list or on it no more."""
        row = self.one(SQL.service_item, code=code)
        return row[0] if row else None

    def seats_taken(self, codes: Iterable[str]) -> dict[str, Taken]:
        """Seats that are booked from now on, by item."""
        found: dict[str, Taken] = defaultdict(Taken)
        for code, place, start, green, seats in self.all(
            SQL.seats_taken, codes=sorted(set(codes)), since=self.now() - dt.timedelta(days=1)
        ):
            found[code][place, start, green] = seats
        return found

    def kept_appointments(self, services: Iterable[Row]) -> dict[str, list[Stretch]]:
        """Who of all members has to be somewhere at the time of these orders."""
        slots = [slot for service in services if (slot := slot_of(service))]
        kept: dict[str, list[Stretch]] = defaultdict(list)
        if slots:
            since, until = min(slot.start for slot in slots), max(slot.end for slot in slots)
            for member, start, end in self.all(SQL.kept_appointments, since=since, until=until):
                kept[member].append(Stretch(start, end))
        return kept

    def add_service_orders(self, cases: Sequence[Row], now: dt.datetime) -> None:
        self.write(
            SQL.add_service_orders,
            [
                {
                    "case_id": case["id"],
                    "item_code": case["service"]["item"],
                    "lane": "green" if case["service"]["green"] else "normal",
                    "ordered_at": now,
                }
                for case in cases
            ],
        )

    def end_appointments(self, cases: Iterable[str], state: str, by: str, now: dt.datetime) -> None:
        ended = {"state": state, "ended_by": by, "ended_at": now}
        self.write(SQL.end_appointments, [{"case_id": case_id} | ended for case_id in sorted(set(cases))])

    def add_appointments(self, services: dict[str, Row], by: str, now: dt.datetime) -> None:
        """What is booked with each of these cases, by its id."""
        rows = []
        for case_id, service in services.items():
            row: Row = {"case_id": case_id, "item_code": service["item"], "place": service["place"]}
            row |= dict(zip(("starts_at", "ends_at"), service["slot"], strict=True))
            rows.append(row | {"green": service["green"], "booked_by": by, "booked_at": now})
        self.write(SQL.add_appointments, rows)

    def put_service(self, services: dict[str, Row]) -> None:
        """What is kept with these cases, by their ids."""
        self.write(SQL.put_service, [{"id": case_id, "service": service} for case_id, service in services.items()])

    def add_visit(self, case_id: str, command_id: str, who: str, reason: str) -> int:
        """How often the resident had to come by now."""
        visit = {"case_id": case_id, "command_id": command_id, "who": who, "reason": reason, "at": self.now()}
        return int(self.one(SQL.add_visit, **visit)[0])

    def confirm_service_orders(self, rows: Sequence[Row]) -> None:
        self.write(SQL.confirm_service_orders, rows)
