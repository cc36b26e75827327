"""Tables that somebody hands in: every usual form is read, what would do harm is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from defusedxml.common import EntitiesForbidden
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.intake.adapters.table import plain
from services.intake.use_cases.importing import report_of
from shared import tables as rows
from shared.tables import TableError, headings_of, rows_of, safe_cell

HEADINGS = ["编号", "标题", "内容", "联系电话"]
LINE = ["HL-1", "路灯不亮", "球川镇, 东街;3 号\n后院", "13800000000"]


def written(delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADINGS, LINE])
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_however_it_was_saved(tmp_path: Path, delimiter: str, encoding: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(written(delimiter, encoding))
    assert list(rows_of(file)) == [dict(zip(HEADINGS, LINE, strict=True))]


def spreadsheet(path: Path, *lines: list) -> Path:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def test_a_spreadsheet_is_read_as_text(tmp_path: Path) -> None:
    when = dt.datetime(2026, 11, 23, 9, 5)
    file = spreadsheet(
        tmp_path / "t.xlsx",
        ["编号", "标题", "联系电话", "上报时间", "经度"],
        [7, "路灯", 13800000000.0, when, 118.5],
        [None] * 5,
    )
    [row] = rows_of(file)
    table = plain(headings_of(file))
    assert table.report(row) == {
        "external_id": "7",
        "title": "路灯",
        "place": {"lon": 118.5},
        "reporter": {"phone": "13800000000"},
        "reported_at": "2026-11-23T09:05:00+08:00",
    }


def test_a_formula_is_never_calculated_by_us(tmp_path: Path) -> None:
    file = spreadsheet(tmp_path / "t.xlsx", ["title"], ["=1+1"], ["x"])
    assert [row["title"] for row in rows_of(file)] == ["x"], "it was saved without a value"


def hostile(path: Path, sheet: str) -> Path:
    """A spreadsheet whose first sheet is this XML."""
    made = spreadsheet(path, ["title"], ["x"])
    with zipfile.ZipFile(made) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "' + "y" * 100 + '">'],
)
def test_entities_are_refused(tmp_path: Path, entity: str) -> None:
    cells = "<sheetData><row><c><v>&x;</v></c></row></sheetData>"
    sheet = f'<?xml version="1.0"?><!DOCTYPE w [{entity}]><worksheet>{cells}</worksheet>'
    with pytest.raises(TableError) as refused:
        list(rows_of(hostile(tmp_path / "t.xlsx", sheet)))
    assert any(isinstance(error, EntitiesForbidden) for error in causes(refused.value))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_UNPACKED", 100_000)
    with pytest.raises(TableError, match="divide it"):
        list(rows_of(hostile(tmp_path / "t.xlsx", " " * 200_000)))


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 3)
    (tmp_path / "t.csv").write_text("title\na\nb\nc\n")
    assert len(list(rows_of(tmp_path / "t.csv"))) == 3
    (tmp_path / "t.csv").write_text("title\na\nb\nc\nd\n")
    with pytest.raises(TableError, match="more than 3 rows"):
        list(rows_of(tmp_path / "t.csv"))


@pytest.mark.parametrize(
    ("content", "repair"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00\xd8", "neither UTF-8 nor GB18030"),
        (b"PK\x05\x06" + b"\0" * 18, "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes, repair: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(TableError, match=repair):
        list(rows_of(tmp_path / "t.csv"))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_rows_or_a_table_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("t") / "t.csv"
    file.write_bytes(content)
    with suppress(TableError):
        assert all(isinstance(value, str) for row in rows_of(file) for value in row.values())


def test_columns_without_any_words_are_refused() -> None:
    with pytest.raises(TableError, match="title"):
        plain(["编号", "地点"])


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1"])
def test_the_report_of_rows_holds_nothing_to_calculate(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    reasons = [{"field": text, "problem": "p", "repair": "r"}]
    made = report_of([{"row": 1, "external_id": text, "outcome": "refused", "number": None, "reasons": reasons}])
    [_, line] = csv.reader(io.StringIO(made.removeprefix("\ufeff"), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in line)
