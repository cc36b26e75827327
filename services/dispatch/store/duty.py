"""Rosters, what changes them, and what follows from both: who is on duty when, and what will be missing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.coverage import Gap, Share
from services.dispatch.domain.duty import Change, Leave, Off, Plan, Roster
from services.dispatch.domain.roster_data import Known, roster_of
from services.dispatch.domain.stretches import Stretch
from services.dispatch.store.base import SQL, Row, Rows


class DutyRows(Rows):
    """Duty. Whoever changes any of it calls `lock_duty` first."""

    def lock_duty(self) -> tuple[int, Calendar] | None:
        """The calendar in force with its id; None before one was loaded."""
        calendar_id, calendar = self.one(SQL.lock_duty)
        return (calendar_id, Calendar.of(calendar)) if calendar else None

    def lock_stale_plan(self) -> bool:
        return self.one(SQL.lock_stale_plan) is not None

    def rosters(self) -> list[Roster]:
        return [roster_of(document) for (document,) in self.all(SQL.rosters)]

    def put_rosters(self, rosters: Sequence[Roster]) -> None:
        self.write(SQL.put_rosters, [{"roster_id": one.roster_id, "roster": one.as_dict()} for one in rosters])

    def duty_changes(self, since: dt.datetime) -> list[Change]:
        rows = self.all(SQL.duty_changes, since=since)
        return [Change(roster, member, on, Stretch(start, end)) for roster, member, on, start, end in rows]

    def add_duty_changes(self, changes: Sequence[Change], about: Row) -> None:
        """Changes made together; `about` says together, kind, reason, who and at."""
        rows = [_change(one) | about | {"position": at} for at, one in enumerate(changes)]
        self.write(SQL.add_duty_changes, rows)

    def add_duty_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_duty_journal, rows)

    def posts(self) -> dict[tuple[str, str], list[str]]:
        """Members who get work at all, by (role, area)."""
        return {(role, area): members for role, area, members in self.all(SQL.posts)}

    def members_called(self) -> dict[str, list[str]]:
        """Members who get work, by id and by name; several may have the same name."""
        called: dict[str, list[str]] = defaultdict(list)
        for member, name in self.all(SQL.members_called):
            called[member] = [member]
            called[name].append(member)
        return called

    def known_to_rosters(self) -> Known:
        """What rosters may name."""
        members = {member for members in self.posts().values() for member in members}
        return Known(members, {area for (area,) in self.all(SQL.area_ids)})

    def grids_to_serve(self) -> list[str]:
        return [grid for (grid,) in self.all(SQL.grids_to_serve)]

    def granted_leaves(self, now: dt.datetime) -> list[Leave]:
        rows = self.all(SQL.granted_leaves, now=now)
        return [Leave(member, Stretch(start, end), delegate) for member, start, end, delegate in rows]

    def shifts_between(self, start: dt.datetime, end: dt.datetime) -> Plan:
        made: Plan = defaultdict(dict)
        for roster, member, starts, ends in self.all(SQL.shifts_between, start=start, end=end):
            made[roster].setdefault(member, []).append(Stretch(starts, ends))
        return made

    def put_plan(self, made: Plan, off: Iterable[Off], since: dt.datetime, now: dt.datetime, calendar_id: int) -> None:
        """What is planned from a moment on; shifts that began before stay as they are."""
        self.run(SQL.forget_shifts, since=since)
        self.write(SQL.add_shifts, [row for row in _shifts(made) if row["starts_at"] >= since])
        self.run(SQL.forget_off_duty)
        self.write(SQL.add_off_duty, [_off(one) for one in off])
        self.run(SQL.note_plan, calendar_id=calendar_id, now=now)

    def put_outlook(self, gaps: Sequence[Gap], shares: Sequence[Share]) -> None:
        """What will be missing, and how fairly rosters are shared."""
        self.run(SQL.forget_gaps)
        rows = [gap._asdict() | _times(gap.stretch) for gap in gaps]
        self.write(SQL.add_gaps, [{name: value for name, value in row.items() if name != "stretch"} for row in rows])
        self.run(SQL.forget_shares)
        self.write(SQL.add_shares, [vars(share) for share in shares])


def _change(one: Change) -> Row:
    return {"roster_id": one.roster_id, "member_id": one.member_id, "is_on": one.on} | _times(one.stretch)


def _shifts(made: Plan) -> list[Row]:
    return [
        {"roster_id": roster, "member_id": member} | _times(stretch)
        for roster, shifts in made.items()
        for member, stretches in shifts.items()
        for stretch in stretches
    ]


def _off(one: Off) -> Row:
    return {"member_id": one.member_id, "why": one.why, "delegate_id": one.delegate_id} | _times(one.stretch)


def _times(stretch: Stretch) -> Row:
    return {"starts_at": stretch.start, "ends_at": stretch.end}
