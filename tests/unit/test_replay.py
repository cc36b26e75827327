"""The replay's own rules: what a row becomes, and an account that must add up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.replay.reconciliation import Account
from services.intake.adapters.table import load
from shared.tables import TableError

MAPPING = """
categories: [Lamps, Rubbish]
fields:
  external_id: {column: id}
  category: {column: type}
  title: {column: type, default: Request}
  lon: {column: x}
  lat: {column: y}
  place_text: {column: where}
  reported_at: {column: at, format: "%d.%m.%Y %H:%M", zone: Asia/Shanghai}
  kind: {constant: report}
  level: {column: urgency, values: {high: P2}, default: P3}
"""
TABLE = "id,type,x,y,where,at,urgency\n"


def reports(tmp_path: Path, rows: str, mapping: str = MAPPING, table: str = TABLE) -> list[dict]:
    (tmp_path / "mapping.yaml").write_text(mapping)
    (tmp_path / "table.csv").write_text(table + rows, encoding="utf-8-sig")
    loaded = load(tmp_path / "mapping.yaml")
    return [loaded.report(row) for row in loaded.rows(tmp_path / "table.csv")]


def test_row_becomes_a_report(tmp_path: Path) -> None:
    [report] = reports(tmp_path, '7,Rubbish,118.5,28.9,"East Street 3, backyard",23.11.2026 09:05,high\n')
    assert report == {
        "external_id": "7",
        "category": "0002",
        "title": "Rubbish",
        "kind": "report",
        "level": "P2",
        "place": {"text": "East Street 3, backyard", "lon": 118.5, "lat": 28.9},
        "reported_at": "2026-11-23T09:05:00+08:00",
    }


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        ("8,Ghosts,,,,,", "category", None),  # not in the catalogue: the town chooses
        ("8,,,,,,", "title", "Request"),
        ("8,Lamps,,,,,", "place", None),
        ("8,Lamps,,,here,,", "place", {"text": "here"}),
        ("8,Lamps,118.5,,,,", "place", {"lon": 118.5}),  # the town says what is missing
        ("8,Lamps,east,nan,,,", "place", {"lon": "east", "lat": "nan"}),  # and what is no number
        ("8,Lamps,0,0,,,", "place", {"lon": 0.0, "lat": 0.0}),
        ("8,Lamps,,,,yesterday,", "reported_at", "yesterday"),
        ("8,Lamps,,,,,low", "level", "P3"),
        (",Lamps,,,,,", "external_id", ""),
    ],
)
def test_what_is_empty_or_unreadable(tmp_path: Path, row: str, field: str, expected: object) -> None:
    [report] = reports(tmp_path, row + "\n")
    assert report.get(field) == expected


@pytest.mark.parametrize(
    ("old", "new", "repair"),
    [
        ("fields:", "columns:", "must be a mapping with `fields`"),
        ("categories: [Lamps, Rubbish]", "category: [Lamps]", "nobody reads category; known are categories"),
        ("title: {column", "heading: {column", "nobody reads fields.heading"),
        ("{constant: report}", "{}", "fields.kind needs either `column` or `constant`"),
        (", zone: Asia/Shanghai", "", "needs `zone`"),
        ("Asia/Shanghai", "Asia/Atlantis", "no time zone 'Asia/Atlantis'"),
        ("{column: where}", "{column: street}", "has no column street; it has id, type"),
        ("external_id: {column: id}", "description: {column: id}", "must have external_id"),
    ],
)
def test_wrong_mapping_says_what_to_change(tmp_path: Path, old: str, new: str, repair: str) -> None:
    with pytest.raises(TableError, match=repair.replace("[", r"\[")):
        reports(tmp_path, "", MAPPING.replace(old, new, 1))


BEFORE = {
    "reports": 10,
    "repeated": 1,
    "cases": 10,
    "in_grid": 9,
    "outside_grids": 1,
    "no_position": 0,
    "on_the_way": 0,
}
AFTER = {
    "reports": 16,
    "repeated": 4,
    "cases": 16,
    "in_grid": 13,
    "outside_grids": 2,
    "no_position": 1,
    "on_the_way": 2,
}
GOOD = Account(
    read=12, without_id=1, confirmed=11, received=9, rejected=2, unanswered=0, before=BEFORE, after=AFTER
)  # fmt: skip


def test_account_that_adds_up() -> None:
    assert GOOD.differences() == []
    assert {line.en: line.count for line in GOOD.lines()} == {
        "read": 12,
        "without an external id, not sent": 1,
        "confirmed": 11,
        "new cases": 6,
        "same id again": 3,
        "rejected with reasons": 2,
        "not answered yet": 0,
        "cases (earlier replays included)": 16,
        "in a grid": 13,
        "at the desk: outside every grid": 2,
        "at the desk: without a position": 1,
        "the same cases by progress": 16,
        "assigned": 14,
        "still on the way": 2,
    }


@pytest.mark.parametrize(
    ("account", "wrong"),
    [
        (replace(GOOD, read=13), "read"),
        (replace(GOOD, confirmed=12, read=13), "confirmed"),
        (replace(GOOD, after=AFTER | {"in_grid": 12}), "cases"),
        (replace(GOOD, after=AFTER | {"cases": 17, "in_grid": 14}), "reports with a case"),
        (replace(GOOD, after=AFTER | {"repeated": 3}), "same id again"),
        (replace(GOOD, received=5, unanswered=4), "same id again"),  # more new cases than answers
    ],
)
def test_account_that_does_not_add_up(account: Account, wrong: str) -> None:
    assert [difference.partition(":")[0] for difference in account.differences()] == [wrong]
