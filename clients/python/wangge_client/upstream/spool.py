"""What an upstream keeps: each report until it is answered, each feedback until it is heard in its turn."""

import json
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from wangge_client import errors, events
from wangge_client.database import Database
from wangge_client.session import Arrival, Outgoing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS report (
    external_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, lane TEXT NOT NULL, time TEXT NOT NULL,
    data TEXT,                                -- gone when answered: it may hold personal data
    state TEXT NOT NULL DEFAULT 'waiting',    -- waiting, received, rejected
    confirmed INTEGER NOT NULL DEFAULT 0,     -- the broker has it
    sent INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL,
    answer TEXT);
CREATE INDEX IF NOT EXISTS report_due ON report (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS report_event ON report (event_id);
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, external_id TEXT, feedback_number INTEGER, event TEXT NOT NULL,
    arrived_at REAL NOT NULL, due_at REAL NOT NULL, failures INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS feedback_order ON feedback (external_id, feedback_number);
CREATE INDEX IF NOT EXISTS feedback_arrival ON feedback (arrived_at);
CREATE TABLE IF NOT EXISTS heard (external_id TEXT PRIMARY KEY, feedback_number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS heard_unnumbered (id TEXT PRIMARY KEY);
"""
_URGENT = ("P1", "P2")
_LONGEST_PAUSE = 60.0  # seconds between two tries of what the broker refuses
_LONGEST_RESEND = 3600.0  # seconds between two sendings of what nobody answers
# A missing number holds its successors back this long (the source sends them in order, so it is on its way or lost).
_PATIENCE = 60.0


class Answer(NamedTuple):
    """Where a report stands: `state` is waiting, received or rejected; `data` is the feedback that said so."""

    external_id: str
    state: str
    confirmed: bool
    data: dict[str, Any] | None


class Spool:
    """The file of one source."""

    def __init__(self, path: str | os.PathLike, source: str, resend_after: float) -> None:
        self._source, self._resend_after = source, resend_after
        self._file = Database(path, _SCHEMA, source)
        self.close = self._file.close

    def add(self, reports: Iterable[Mapping[str, Any]], number: str = "external_id", lane: str | None = None) -> None:
        """Keep reports for sending; `number` is the field that holds the external id.

        One that is waiting with the same words stays as it is, under the id it has.
        """
        now, time_text = time.time(), events.now_text()
        rows = [_row(report, number, lane, time_text, now) for report in reports]
        with self._file.write() as sql:
            sql.executemany(
                """INSERT INTO report (external_id, event_id, lane, time, data, due_at) VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (external_id) DO UPDATE SET event_id = excluded.event_id, lane = excluded.lane,
                       time = excluded.time, data = excluded.data, due_at = excluded.due_at,
                       state = 'waiting', confirmed = 0, sent = 0, refused = 0, answer = NULL
                   WHERE state <> 'waiting' OR data <> excluded.data""",
                rows,
            )

    def all_due(self) -> None:
        """Everything without an answer is to be sent (again): at start, and after a lost connection."""
        with self._file.write(durable=False) as sql:
            sql.execute("UPDATE report SET due_at = 0 WHERE state = 'waiting'")

    def take_due(self, room: int) -> list[Outgoing]:
        """At most `room` reports to publish now; each is due again later, unless it is answered."""
        now = time.time()
        if not self._file.read("SELECT 1 FROM report WHERE state = 'waiting' AND due_at <= ? LIMIT 1", (now,)):
            return []
        with self._file.write(durable=False) as sql:
            rows = sql.execute(
                "SELECT * FROM report WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, rowid LIMIT ?",
                (now, room),
            ).fetchall()
            sql.executemany(
                "UPDATE report SET sent = sent + 1, due_at = ? WHERE external_id = ?",
                [(now + self._until_resend(row["sent"]), row["external_id"]) for row in rows],
            )
        return [self._outgoing(row) for row in rows]

    def _until_resend(self, sent_before: int) -> float:
        return min(self._resend_after * 2 ** min(sent_before, 10), max(_LONGEST_RESEND, self._resend_after))

    def _outgoing(self, row: Any) -> Outgoing:
        body = events.encode(row["event_id"], self._source, "report.v1", row["time"], json.loads(row["data"]))
        return Outgoing(row["external_id"], "reports", f"{self._source}.{row['lane']}", row["event_id"], body)

    def confirm(self, sent: list[Outgoing]) -> None:
        """The broker has these; they stay until they are answered."""
        with self._file.write(durable=False) as sql:
            sql.executemany(
                "UPDATE report SET confirmed = 1, refused = 0 WHERE event_id = ?",
                [(report.event_id,) for report in sent],
            )

    def postpone(self, sent: list[Outgoing]) -> None:
        """The broker refused these: try later, each time twice as late."""
        now = time.time()
        with self._file.write(durable=False) as sql:
            sql.executemany(
                "UPDATE report SET refused = refused + 1, due_at = ? + MIN(?, 0.5 * (1 << MIN(refused, 10)))"
                " WHERE event_id = ? AND state = 'waiting'",
                [(now, _LONGEST_PAUSE, report.event_id) for report in sent],
            )

    def keep_feedback(self, arrivals: list[Arrival]) -> None:
        """Store feedback for good, settle the reports that it answers, drop what was heard before."""
        now = time.time()
        with self._file.write() as sql:
            for arrival in arrivals:
                event, data = arrival.event, arrival.event["data"]
                kind = str(event.get("type", "")).removeprefix("feedback.").removesuffix(".v1")
                if kind in ("report_received", "report_rejected"):
                    sql.execute(
                        "UPDATE report SET state = ?, answer = ?, data = NULL"
                        " WHERE state = 'waiting' AND (external_id = ? OR event_id = ?)",
                        (
                            kind.removeprefix("report_"),
                            json.dumps(data),
                            data.get("external_id"),
                            data.get("reference"),
                        ),
                    )
                sql.execute(
                    """INSERT INTO feedback (id, external_id, feedback_number, event, arrived_at, due_at)
                       SELECT :id, :external_id, :number, :event, :now, 0
                       WHERE NOT EXISTS (SELECT 1 FROM heard h
                                         WHERE h.external_id = :external_id AND h.feedback_number >= :number)
                         AND NOT EXISTS (SELECT 1 FROM heard_unnumbered WHERE id = :id)
                       ON CONFLICT (id) DO NOTHING""",
                    {
                        "id": event["id"],
                        "external_id": data.get("external_id"),
                        "number": _number(data),
                        "event": json.dumps(event),
                        "now": now,
                    },
                )

    def next_feedback(self) -> dict[str, Any] | None:
        """The next feedback to hear: of its report the lowest number, and none is missing before it (or too long)."""
        rows = self._file.read(
            """SELECT event FROM feedback f LEFT JOIN heard h ON h.external_id = f.external_id
               WHERE f.due_at <= ?1 AND (f.feedback_number IS NULL
                   OR f.feedback_number = COALESCE(h.feedback_number, 0) + 1
                   OR (f.arrived_at <= ?1 - ?2 AND f.feedback_number =
                       (SELECT MIN(feedback_number) FROM feedback o WHERE o.external_id = f.external_id)))
               ORDER BY f.arrived_at LIMIT 1""",
            (time.time(), _PATIENCE),
        )
        return json.loads(rows[0]["event"]) if rows else None

    def heard(self, event: Mapping[str, Any]) -> None:
        """This feedback has been heard: never again."""
        external_id, number = event["data"].get("external_id"), _number(event["data"])
        with self._file.write(durable=False) as sql:
            if number is None:
                sql.execute("INSERT OR IGNORE INTO heard_unnumbered VALUES (?)", (event["id"],))
                sql.execute("DELETE FROM feedback WHERE id = ?", (event["id"],))
                return
            sql.execute(
                "INSERT INTO heard VALUES (?, ?)"
                " ON CONFLICT (external_id) DO UPDATE SET feedback_number = excluded.feedback_number",
                (external_id, number),
            )
            sql.execute("DELETE FROM feedback WHERE external_id = ? AND feedback_number <= ?", (external_id, number))

    def not_heard(self, event: Mapping[str, Any]) -> None:
        """Whoever listens failed: say it again later; other reports' feedback goes on."""
        with self._file.write(durable=False) as sql:
            sql.execute(
                "UPDATE feedback SET failures = failures + 1, due_at = ? + MIN(?, 1 << MIN(failures, 10)) WHERE id = ?",
                (time.time(), _LONGEST_PAUSE, event["id"]),
            )

    def answer(self, external_id: str) -> Answer | None:
        """Where the report with this external id stands; None when it was never published from here."""
        rows = self._file.read("SELECT * FROM report WHERE external_id = ?", (external_id,))
        return (
            Answer(external_id, rows[0]["state"], bool(rows[0]["confirmed"]), json.loads(rows[0]["answer"] or "null"))
            if rows
            else None
        )

    def count(self) -> dict[str, int]:
        """Reports waiting, of these unconfirmed, received, rejected; feedback not heard yet."""
        row = self._file.read(
            """SELECT COUNT(*) FILTER (WHERE state = 'waiting') AS waiting,
                      COUNT(*) FILTER (WHERE state = 'waiting' AND NOT confirmed) AS unconfirmed,
                      COUNT(*) FILTER (WHERE state = 'received') AS received,
                      COUNT(*) FILTER (WHERE state = 'rejected') AS rejected,
                      (SELECT COUNT(*) FROM feedback) AS feedback_unheard FROM report"""
        )[0]
        return dict(row)


def _number(data: Mapping[str, Any]) -> int | None:
    number = data.get("feedback_number")
    return number if isinstance(number, int) and data.get("external_id") else None  # unreadable reports have no id


def _row(report: Mapping[str, Any], number: str, lane: str | None, time_text: str, now: float) -> tuple:
    external_id = report.get(number)
    if not isinstance(external_id, str) or not external_id:
        raise errors.BadReport(f"{number} is missing: give, as text, the number by which your platform knows it")
    lane = lane or ("urgent" if report.get("level") in _URGENT else "normal")
    try:
        data = json.dumps(report, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise errors.BadReport(f"report {external_id}: {problem}; use text, numbers, lists and objects only") from None
    events.check_size(data)
    return external_id, str(uuid.uuid4()), lane, time_text, data, now
