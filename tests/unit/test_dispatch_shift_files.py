"""Plans of duty that people hand in, as tables and calendars; and calendars that they take away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import icalendar
import pytest

from services.dispatch.adapters.shift_calendar import write_calendar
from services.dispatch.adapters.shift_files import read_shifts
from services.dispatch.domain.shift_import import Given, changes_to, place
from services.dispatch.domain.stretches import Stretch
from shared.tables import TableError, xlsx_of
from tests.unit.qiuchuan import ZONE, at

NOW, UNTIL = at("2026-11-25 12:00"), at("2027-01-24 12:00")
NAMES = {"m1": ["m1"], "m2": ["m2"], "m3": ["m3"], "王芳": ["m1"], "李伟": ["m2", "m3"]}
LINES: list[list[Any]] = [
    ["人员", "日期", "开始", "结束", "备注"],
    ["m1", "2026-12-01", "08:00", "20:00", ""],
    ["王芳", "2026/12/2", "20:00", "8:00", "夜班"],
]
READ = [
    Given(1, "m1", dt.datetime(2026, 12, 1, 8), dt.datetime(2026, 12, 1, 20)),
    Given(2, "王芳", dt.datetime(2026, 12, 2, 20), dt.datetime(2026, 12, 3, 8)),
]


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "plan"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*events: str) -> str:
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def test_csv_and_excel_say_the_same(tmp_path: Path) -> None:
    csv = "\n".join(",".join(line) for line in LINES)
    assert read_shifts(written(tmp_path, csv)) == READ
    assert read_shifts(written(tmp_path, csv.encode("gb18030"))) == READ
    assert read_shifts(written(tmp_path, xlsx_of(LINES))) == READ


def test_excel_dates_and_times_are_read(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["member", "date", "from", "to"])
    book.active.append(["m1", dt.date(2026, 12, 1), dt.time(8), dt.time(20)])
    book.active.append(["王芳", dt.datetime(2026, 12, 2), dt.time(20), dt.time(8)])
    book.save(tmp_path / "plan")
    assert read_shifts(tmp_path / "plan") == READ


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        (["m1", "1 December", "08:00", "20:00"], ["date"]),
        (["m1", "2026-13-01", "08:00", "20:00"], ["date"]),
        (["m1", "2026-12-01", "8", "25:00"], ["from", "to"]),
        (["m1", "2026-12-01", "08:00", "24:00"], []),
    ],
)
def test_a_row_says_what_is_wrong_in_it(tmp_path: Path, cells: list[str], fields: list[str]) -> None:
    (row,) = read_shifts(written(tmp_path, "member,date,from,to\n" + ",".join(cells)))
    assert [reason.field for reason in row.wrong] == fields
    assert (row.start is None) == bool(fields)


def test_a_calendar_of_others_is_read(tmp_path: Path) -> None:
    text = calendar(
        event("UID:1", "SUMMARY:m1", "DTSTART;TZID=Asia/Shanghai:20261201T080000", "DURATION:PT12H"),
        event("UID:2", "SUMMARY: 王芳", "DTSTART:20261202T120000Z", "DTEND:20261203T000000Z"),
        event("UID:3", "SUMMARY:m2", "DTSTART;VALUE=DATE:20261204"),
        event("UID:4", "SUMMARY:m2", "DTSTART:20261201T080000", "DTEND:20261201T090000", "RRULE:FREQ=DAILY"),
        event("UID:5", "SUMMARY:m2"),
        event("UID:6", "SUMMARY:m2", "DTSTART:20261301T080000", "DTEND:20261201T090000"),
    )
    placed = place(read_shifts(written(tmp_path, text)), NAMES, ZONE, UNTIL)
    assert [(one.member_id, one.stretch) for one in placed[:3]] == [
        ("m1", Stretch(at("2026-12-01 08:00"), at("2026-12-01 20:00"))),
        ("m1", Stretch(at("2026-12-02 20:00"), at("2026-12-03 08:00"))),
        ("m2", Stretch(at("2026-12-04 00:00"), at("2026-12-05 00:00"))),
    ]
    assert [[reason.field for reason in one.reasons] for one in placed[3:]] == [["rrule"], ["dtstart"], ["dtstart"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "member,date,from,to\n",
        "member,day\nm1,2026-12-01\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\nnonsense",
        calendar(),
        b"PK\x03\x04 no workbook",
        b"BEGIN:VCALENDAR\r\n\xff\xfe",
        "member,date,from,to\n" + "m1,2026-12-01,08:00,20:00\n" * 5001,
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(TableError):
        read_shifts(written(tmp_path, content))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"who": "nobody"}, ["member"]),
        ({"who": "李伟"}, ["member"]),  # two are called so
        ({"end": dt.datetime(2026, 12, 1, 8)}, ["to"]),
        ({"end": dt.datetime(2027, 1, 20)}, ["to"]),
        ({"start": dt.datetime(2027, 1, 24, 8), "end": dt.datetime(2027, 1, 24, 20)}, ["date"]),
    ],
)
def test_a_row_is_a_shift_of_one_member(changes: dict[str, Any], fields: list[str]) -> None:
    (placed,) = place([READ[0]._replace(**changes)], NAMES, ZONE, UNTIL)
    assert [reason.field for reason in placed.reasons] == fields
    assert (placed.stretch is None) == bool(fields)


def test_the_file_is_the_plan_from_its_first_moment_to_its_last() -> None:
    early, late = (Stretch(at(f"2026-12-0{day} 08:00"), at(f"2026-12-0{day} 20:00")) for day in (1, 5))
    between, after = (Stretch(at(f"2026-12-0{day} 08:00"), at(f"2026-12-0{day} 20:00")) for day in (3, 6))
    given = [Given(1, "m1", *early), Given(2, "m2", *late)]
    planned = {"m1": [early, between, after], "m3": [late]}
    changes = changes_to("r", planned, place(given, NAMES, ZONE, UNTIL), NOW)
    assert [(change.member_id, change.on, change.stretch) for change in changes] == [
        ("m1", False, between),
        ("m2", True, late),
        ("m3", False, late),
    ]


def test_what_has_passed_is_not_changed() -> None:
    today = Stretch(at("2026-11-25 08:00"), at("2026-11-25 20:00"))
    placed = place([Given(1, "m1", *today)], NAMES, ZONE, UNTIL)
    assert changes_to("r", {"m1": [today]}, placed, NOW) == []
    left = Stretch(NOW, today.end)
    changes = changes_to("r", {"m2": [today]}, placed, NOW)
    assert [(change.member_id, change.on, change.stretch) for change in changes] == [
        ("m1", True, left),
        ("m2", False, left),
    ]
    past = place([Given(1, "m1", at("2026-11-20 08:00"), at("2026-11-20 20:00"))], NAMES, ZONE, UNTIL)
    assert changes_to("r", {}, past, NOW) == []


def test_what_is_written_is_read_again_as_the_same(tmp_path: Path) -> None:
    shift = {"roster_id": "r", "roster": "夜班,含\n周末;", "member_id": "m1"}
    shift |= {"starts_at": at("2026-12-01 20:00"), "ends_at": at("2026-12-02 08:00")}
    raw = write_calendar([shift], {"m1": "王芳"}, "qiuchuan", NOW)
    assert raw == write_calendar([shift], {"m1": "王芳"}, "qiuchuan", NOW)
    (one,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert (str(one["uid"]).split("@")[1], str(one["description"])) == ("qiuchuan", "夜班,含\n周末;")
    (placed,) = place(read_shifts(written(tmp_path, raw)), NAMES, ZONE, UNTIL)
    assert (placed.member_id, placed.stretch) == ("m1", Stretch(shift["starts_at"], shift["ends_at"]))
