"""Shifts in a table, CSV or XLSX: a row for each, with member, date, from and to; headings Chinese or English."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from services.dispatch.domain.leave import Reason
from services.dispatch.domain.shift_import import Given
from shared.tables import Row, TableError, headings_of, rows_of

HEADINGS = {
    "member": ("member", "member_id", "人员", "姓名", "值班人员"),
    "date": ("date", "日期", "值班日期"),
    "from": ("from", "开始", "开始时间"),
    "to": ("to", "结束", "结束时间"),
}
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T00:00:00)?")
CLOCK = re.compile(r"(?:\d{4}-\d\d-\d\dT)?(\d{1,2})[::](\d\d)(?:[::]\d\d)?")


def read_table(file: Path) -> Iterator[Given]:
    """`to` that is not later than `from` is on the next day. Raises TableError."""
    have = headings_of(file)
    columns = {name: next((word for word in words if word in have), "") for name, words in HEADINGS.items()}
    if missing := [
        f"{name} ({HEADINGS[name][2 if name == 'member' else 1]})" for name, found in columns.items() if not found
    ]:
        raise TableError(f"the table has no column {', '.join(missing)}; it has {', '.join(have)}")
    for number, row in enumerate(rows_of(file), 1):
        yield _given(number, {name: row[heading] for name, heading in columns.items()})


def _given(number: int, row: Row) -> Given:
    day, start, end = _day(row["date"]), _clock(row["from"]), _clock(row["to"])
    wrong = []
    if day is None:
        wrong.append(Reason("date", f"{row['date'][:40]!r} is no day", "write 2026-12-01"))
    for name, clock in (("from", start), ("to", end)):
        if clock is None:
            wrong.append(Reason(name, f"{row[name][:40]!r} is no time of day", "write 08:00"))
    if day is None or start is None or end is None:
        return Given(number, row["member"], None, None, tuple(wrong))
    last = day if end > start else day + dt.timedelta(days=1)
    return Given(number, row["member"], dt.datetime.combine(day, start), dt.datetime.combine(last, end))


def _day(text: str) -> dt.date | None:
    found = DATE.fullmatch(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _clock(text: str) -> dt.time | None:
    """24:00 is midnight."""
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    try:
        return dt.time(0 if (hour, minute) == (24, 0) else hour, minute)
    except ValueError:
        return None
