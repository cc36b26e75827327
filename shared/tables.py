"""Tables that people hand in and take away: CSV in any of the usual encodings, or XLSX; bounded, and harmless."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

MOST_ROWS = 200_000
MOST_UNPACKED = 256 * 1024 * 1024  # bytes of an XLSX file when it is unpacked: a small file may hold a lot of nothing
ENCODINGS = ("utf-8-sig", "gb18030")  # the second is what Chinese Excel writes as CSV
DELIMITERS = ",;\t"
_CHUNK = 64 * 1024
Row = dict[str, str]


class TableError(ValueError):
    """The table cannot be used; the text says what to change."""


def rows_of(
    file: Path, columns: Sequence[str] = (), encoding: str | None = None, delimiter: str | None = None
) -> Iterator[Row]:
    """Each row by its headings, all values as text. Raises TableError when it cannot be read or lacks a column."""
    lines = _lines_of(file, encoding, delimiter)
    headings = next(lines, None)
    if headings is None:
        raise TableError(f"{file.name} is empty: the first line names the columns")
    if missing := [column for column in columns if column not in headings]:
        raise TableError(f"{file.name} has no column {', '.join(missing)}; it has {', '.join(headings)}")
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise TableError(f"{file.name} has more than {MOST_ROWS} rows: divide it")
        yield dict(zip(headings, itertools.chain(line, itertools.repeat("")), strict=False))


def headings_of(file: Path, encoding: str | None = None, delimiter: str | None = None) -> list[str]:
    """The names of the columns. Raises TableError."""
    return next(_lines_of(file, encoding, delimiter), [])


def _lines_of(file: Path, encoding: str | None, delimiter: str | None) -> Iterator[list[str]]:
    """Lines that are not empty, blanks around headings and values left out."""
    packed = zipfile.is_zipfile(file)
    try:
        for line in _xlsx(file) if packed else _csv(file, encoding, delimiter):
            if any(values := [value.strip() for value in line]):
                yield values
    except TableError:
        raise
    except Exception as error:  # what is broken, or made to do harm, fails in as many ways as there are
        repair = "save it anew" if packed else "see encoding and delimiter of the mapping"
        raise TableError(f"{file.name} cannot be read ({type(error).__name__}: {error}): {repair}") from error


def _csv(file: Path, encoding: str | None, delimiter: str | None) -> Iterator[list[str]]:
    with file.open(encoding=encoding or _encoding_of(file), newline="") as lines:
        first = lines.readline(_CHUNK)
        yield from csv.reader(itertools.chain([first], lines), delimiter=delimiter or _delimiter_of(first))


def _encoding_of(file: Path) -> str:
    """The first encoding in which the whole file can be read."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with file.open("rb") as raw:
                for chunk in iter(lambda: raw.read(_CHUNK), b""):
                    decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise TableError(f"{file.name} is neither UTF-8 nor GB18030: save it as CSV UTF-8")


def _delimiter_of(heading: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([heading], delimiter=delimiter), [])))


def _xlsx(file: Path) -> Iterator[list[str]]:
    """The first sheet. Formulas are the values that they had when the file was saved."""
    with zipfile.ZipFile(file) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise TableError(f"{file.name} unpacks to more than {MOST_UNPACKED >> 20} MiB: divide it")
    book = load_workbook(io.BytesIO(file.read_bytes()), read_only=True, data_only=True, keep_links=False)
    try:
        for values in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in values]
    finally:
        book.close()


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a telephone number is no 1.38E+10
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value)


def safe_cell(text: str) -> str:
    """What a spreadsheet program shows as text, and does not calculate."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_of(lines: Iterable[Sequence[Any]]) -> str:
    """CSV with a byte order mark, which spreadsheet programs need for Chinese; the first line names the columns."""
    text = io.StringIO()
    text.write("\ufeff")
    csv.writer(text).writerows([safe_cell(_text(value)) for value in line] for line in lines)
    return text.getvalue()


def xlsx_of(lines: Iterable[Sequence[Any]]) -> bytes:
    """The same as the one sheet of an XLSX file, all cells text."""
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for line in lines:
        sheet.append([safe_cell(_text(value)) for value in line])
    book.save(file)
    return file.getvalue()
