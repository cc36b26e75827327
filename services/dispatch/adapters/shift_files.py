"""A file with shifts: iCalendar when it begins like one, otherwise a table."""

from __future__ import annotations

import itertools
from pathlib import Path

from services.dispatch.adapters.shift_calendar import BEGINS, read_calendar
from services.dispatch.adapters.shift_table import read_table
from services.dispatch.domain.shift_import import Given
from shared.tables import TableError

MOST_BYTES, MOST_ROWS = 1024 * 1024, 5000


def read_shifts(file: Path) -> list[Given]:
    """The rows of the file, at most 5,000. Raises TableError."""
    if file.stat().st_size > MOST_BYTES:
        raise TableError(f"{file.name} is larger than {MOST_BYTES >> 20} MiB: divide it")
    with file.open("rb") as start:
        is_calendar = start.read(64).lstrip(b"\xef\xbb\xbf\r\n ").upper().startswith(BEGINS)
    rows = read_calendar(file.read_bytes()) if is_calendar else read_table(file)
    read = list(itertools.islice(rows, MOST_ROWS + 1))
    if not 0 < len(read) <= MOST_ROWS:
        raise TableError(f"{file.name} has no shift, or more than {MOST_ROWS}")
    return read
