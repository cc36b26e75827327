"""A bare loop that inserts the rows of reports: what the database itself costs, without any understanding.

The rows are the very rows that intake has written, into tables of the same columns and indexes.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extras import execute_values, register_default_json, register_default_jsonb

from tests.support.town import TemporaryTown

OF_REPORT = {  # table → which of its rows belong to the newest reports
    "reports": "t.id IN (SELECT id FROM newest)",
    "cases": "t.id IN (SELECT case_id FROM newest)",
    "case_history": "t.case_id IN (SELECT case_id FROM newest)",
    "correspondence": "(t.source, t.external_id) IN (SELECT source, external_id FROM newest)",
    "feedback": "t.case_id IN (SELECT case_id FROM newest)",
    "outbox": "t.body::json->>'correlationid' IN (SELECT case_id::text FROM newest)",
}
NEWEST = "WITH newest AS MATERIALIZED (SELECT * FROM reports ORDER BY received_at DESC LIMIT {}) "


class Bare:
    """The rows of the newest reports, and a connection to write them with. The tables are empty at the beginning."""

    def __init__(self, town: TemporaryTown, reports: int):
        self._conn = psycopg2.connect(town.secrets.read("admin", "owner_database_url"), options="-c search_path=intake")
        register_default_json(self._conn, loads=lambda text: text)
        register_default_jsonb(self._conn, loads=lambda text: text)
        self.reports = reports
        self._rows = {table: self._read(table) for table in OF_REPORT}
        self._make_tables()

    def _read(self, table: str) -> list[tuple[Any, ...]]:
        statement = sql.SQL(NEWEST + "SELECT t.* FROM {} t WHERE " + OF_REPORT[table])
        with self._conn, self._conn.cursor() as cursor:
            cursor.execute(statement.format(sql.Literal(self.reports), sql.Identifier(table)))
            return cursor.fetchall()

    def _make_tables(self) -> None:
        with self._conn, self._conn.cursor() as cursor:
            for table in OF_REPORT:
                cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
                cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES)")

    def write(self, at_once: int) -> int:
        """A transaction for so many reports, a statement for each table; returns how many reports were written."""
        for first in range(0, self.reports, at_once):
            with self._conn, self._conn.cursor() as cursor:
                for table, rows in self._rows.items():
                    share = len(rows) / self.reports
                    part = rows[round(first * share) : round((first + at_once) * share)]
                    self._insert(cursor, table, part)
        return self.reports

    def _insert(self, cursor: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            execute_values(cursor, f"INSERT INTO bare_{table} VALUES %s", rows, page_size=len(rows))

    def close(self) -> None:
        self._conn.close()
