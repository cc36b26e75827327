"""A whole table of reports: registered in batches, each row accounted for, and gone on with where it was cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from services.intake.adapters import generic
from services.intake.adapters.table import Table, plain, table_of
from services.intake.domain.registration import Refusal, Report, Source
from services.intake.errors import ImportedElsewhere, SourceUnknown
from services.intake.store import OpenWork
from services.intake.use_cases.registration import Registered, register_within
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing
from shared.tables import Row, TableError, csv_of, headings_of

BATCH = 200  # rows registered in one transaction
COLUMNS = ("row", "external_id", "outcome", "number", "reasons")
Apart = Callable[..., Any]


class Import:
    """One table of one source. Nothing is registered twice: rows without an external id of their own get
    `<hash of the file>-<row>`, and (source, external id) is the same report for ever."""

    def __init__(self, file: Path, source: str, by: str, mapping: Table | None, open_work: OpenWork):
        """Finds out how far an earlier attempt has come. Raises SourceUnknown, TableError."""
        self._file, self._open_work = file, open_work
        with open_work() as work:
            sources = work.sources()
        if source not in sources:
            raise SourceUnknown(source)
        self.table = mapping or _own_table(file, sources[source])
        with file.open("rb") as raw:
            self._hash = hashlib.file_digest(raw, "sha256").hexdigest()
        digest = hashlib.sha256(f"{self._hash} {self.table}".encode()).hexdigest()
        with open_work() as work:
            found = work.import_at_work(source, digest)
        self.id, self.done = found or (new_id(), 0)
        self._row = {"id": self.id, "source": source, "digest": digest, "by": by}

    def begin(self) -> None:
        """From now on others can see it. Raises ImportedElsewhere."""
        self._go_on([], None, self.done)

    def run(self, keys: KeyRing, apart: Apart = lambda do, *given: do(*given)) -> Iterator[list[dict[str, Any]]]:
        """Registers what is left, and gives back what became of the rows, batch by batch. `apart` runs what reads the
        file. Raises TableError for a file that cannot be read on, ImportedElsewhere; what is done stays done."""
        rows = islice(self.table.rows(self._file), self.done, None)
        try:
            while batch := apart(lambda: list(islice(rows, BATCH))):
                yield self._register(batch, keys)
        except TableError as error:
            self._end("failed", str(error))
            raise
        self._end("done", "")

    def _register(self, batch: Sequence[Row], keys: KeyRing) -> list[dict[str, Any]]:
        reports = [self.table.report(row) for row in batch]
        for number, report in enumerate(reports, self.done + 1):
            report["external_id"] = report["external_id"] or f"{self._hash[:16]}-{number}"
        return self._go_on(reports, keys, self.done + len(batch))

    def _go_on(self, reports: Sequence[dict[str, Any]], keys: KeyRing | None, done: int) -> list[dict[str, Any]]:
        with self._open_work() as work:
            if not work.go_on(self._row, self.done, done):
                raise ImportedElsewhere(self._file.name)
            read = lambda source: [_read(report, source) for report in reports]  # noqa: E731
            outcomes = register_within(read, self._row["source"], work, keys) if keys else []
            rows = _accounted(reports, outcomes, self.done)
            work.add_import_rows(self.id, rows)
            work.commit()
        self.done = done
        return rows

    def _end(self, state: str, problem: str) -> None:
        with self._open_work() as work:
            work.end_import(self.id, state, problem)
            work.commit()


def report_of(rows: Sequence[dict[str, Any]]) -> str:
    """What became of each row, as CSV."""
    told = [
        row | {"reasons": "; ".join(f"{r['field']}: {r['problem']} ({r['repair']})" for r in row["reasons"])}
        for row in rows
    ]
    return csv_of([COLUMNS, *(list(row.values()) for row in told)])


def _own_table(file: Path, source: Source) -> Table:
    """What the columns mean: as the source's settings say, or by their names."""
    mapping = source.settings.get("table")
    return table_of(mapping, f"settings.table of {source.name}") if mapping else plain(headings_of(file))


def _read(report: dict[str, Any], source: Source) -> Report | Refusal:
    """A table is read into the generic report by its mapping, whatever language its source speaks elsewhere."""
    return generic.read(report, source, "", None)


def _accounted(reports: Sequence[dict[str, Any]], outcomes: Sequence[Registered], before: int) -> list[dict[str, Any]]:
    rows, seen = [], set()
    for number, (report, outcome) in enumerate(zip(reports, outcomes, strict=True), before + 1):
        external_id = str(report["external_id"])[:200].replace("\0", "")
        again = outcome.outcome == "new" and external_id in seen  # the same number twice in one batch
        seen.add(external_id)
        row = {"row": number, "external_id": external_id, "outcome": "known" if again else outcome.outcome}
        rows.append(row | {"number": outcome.number, "reasons": [reason.as_dict() for reason in outcome.reasons]})
    return rows
