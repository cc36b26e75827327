"""What a member's client keeps: notices until they are seen in their turn, actions until they are answered."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from wangge_client.database import Database
from wangge_client.session import Arrival, Outgoing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (notice_number INTEGER NOT NULL);
INSERT INTO seen SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM seen);
CREATE TABLE IF NOT EXISTS notice (
    notice_number INTEGER PRIMARY KEY, event TEXT NOT NULL,
    said_again INTEGER NOT NULL DEFAULT 0);   -- came a second time, so the catch-up has passed it
CREATE TABLE IF NOT EXISTS work (number TEXT PRIMARY KEY, order_id TEXT NOT NULL, version INTEGER);
CREATE TABLE IF NOT EXISTS command (
    id TEXT PRIMARY KEY, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
    body BLOB,                                 -- gone when answered
    settled_by TEXT NOT NULL,                  -- answer (of the town) or confirm (of the broker)
    sent INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, answer TEXT);
CREATE INDEX IF NOT EXISTS command_due ON command (due_at) WHERE answer IS NULL;
"""
_LONGEST_PAUSE = 300.0  # seconds between two sendings of what nobody answers


class Order(NamedTuple):
    """A work order: its id, and the number of its case."""

    order_id: str
    number: str


@dataclass(frozen=True)
class Notice:
    """One thing the town told this member; `data` has every field of the contract."""

    notice_number: int
    kind: str
    number: str | None
    order_id: str | None
    version: int | None
    data: Mapping[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Notice":
        """The notice in an event."""
        data = event["data"]
        kind = data.get("kind") or str(event.get("type", "")).removeprefix("notice.").removesuffix(".v1")
        return cls(data["notice_number"], kind, data.get("number"), data.get("order_id"), data.get("version"), data)


class Result(NamedTuple):
    """The town's answer to an action; `reason` says why not, `version` is where the order stands now."""

    accepted: bool
    reason: str | None
    version: int | None
    order_state: str | None


class Store:
    """The file of one member."""

    def __init__(self, path: str | os.PathLike, member: str, resend_after: float) -> None:
        self._resend_after = resend_after
        self._file = Database(path, _SCHEMA, member)
        self.close = self._file.close

    def keep_notices(self, arrivals: list[Arrival]) -> None:
        """Store notices for good, settle the actions that they answer, drop what was seen before."""
        with self._file.write() as sql:
            seen = sql.execute("SELECT notice_number FROM seen").fetchone()[0]
            for arrival in arrivals:
                data = arrival.event["data"]
                if data.get("command_id"):
                    sql.execute(
                        "UPDATE command SET answer = ?, body = NULL WHERE id = ? AND answer IS NULL",
                        (json.dumps(data), data["command_id"]),
                    )
                if data.get("number") and data.get("order_id"):
                    sql.execute(
                        "INSERT INTO work VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE"
                        " SET order_id = excluded.order_id, version = COALESCE(excluded.version, version)",
                        (data["number"], data["order_id"], data.get("version")),
                    )
                if isinstance(data.get("notice_number"), int) and data["notice_number"] > seen:
                    sql.execute(
                        "INSERT INTO notice (notice_number, event) VALUES (?1, ?2)"
                        " ON CONFLICT (notice_number) DO UPDATE SET said_again = MAX(said_again, ?3)",
                        (data["notice_number"], json.dumps(arrival.event), not arrival.redelivered),
                    )

    def next_notice(self) -> Notice | None:
        """The next notice to see, None while there is none or one before it is missing.

        A missing one is given up only when the town, asked to catch up, has said a later one again without it.
        """
        rows = self._file.read(
            "SELECT event FROM notice WHERE notice_number = (SELECT notice_number + 1 FROM seen) OR"
            " (said_again AND notice_number = (SELECT MIN(notice_number) FROM notice)) LIMIT 1"
        )
        return Notice.of(json.loads(rows[0]["event"])) if rows else None

    def saw(self, notice: Notice) -> None:
        """This notice has been seen: never again."""
        with self._file.write(durable=False) as sql:
            sql.execute("UPDATE seen SET notice_number = MAX(notice_number, ?)", (notice.notice_number,))
            sql.execute("DELETE FROM notice WHERE notice_number <= ?", (notice.notice_number,))

    def seen_up_to(self) -> int:
        """The number of the last notice that was seen."""
        return self._file.read("SELECT notice_number FROM seen")[0][0]

    def complete_up_to(self) -> int:
        """The last notice number before the first gap: what to catch up after."""
        top = self._file.read("SELECT notice_number FROM seen")[0][0]
        for row in self._file.read("SELECT notice_number FROM notice ORDER BY notice_number"):
            if row[0] != top + 1:
                break
            top = row[0]
        return top

    def has_gap(self) -> bool:
        """Whether a notice waits for one before it."""
        last = self._file.read("SELECT MAX(notice_number) FROM notice")[0][0]
        return last is not None and last > self.complete_up_to()

    def add_command(self, outgoing: Outgoing, settled_by: str) -> None:
        """Keep an action for sending; its key is its command id."""
        with self._file.write() as sql:
            sql.execute(
                "INSERT INTO command (id, exchange, routing_key, body, settled_by, due_at) VALUES (?, ?, ?, ?, ?, 0)",
                (outgoing.event_id, outgoing.exchange, outgoing.routing_key, outgoing.body, settled_by),
            )

    def all_due(self) -> None:
        """Everything without an answer is to be sent (again)."""
        with self._file.write(durable=False) as sql:
            sql.execute("UPDATE command SET due_at = 0 WHERE answer IS NULL")

    def take_due(self, room: int) -> list[Outgoing]:
        """At most `room` actions to publish now, oldest first; each is due again later, unless it is answered."""
        now = time.time()
        if not self._file.read("SELECT 1 FROM command WHERE answer IS NULL AND due_at <= ? LIMIT 1", (now,)):
            return []
        with self._file.write(durable=False) as sql:
            rows = sql.execute(
                "SELECT * FROM command WHERE answer IS NULL AND due_at <= ? ORDER BY rowid LIMIT ?", (now, room)
            ).fetchall()
            sql.executemany(
                "UPDATE command SET sent = sent + 1, due_at = ? WHERE id = ?",
                [
                    (now + min(self._resend_after * 2 ** min(row["sent"], 10), _LONGEST_PAUSE), row["id"])
                    for row in rows
                ],
            )
        return [Outgoing(row["id"], row["exchange"], row["routing_key"], row["id"], row["body"]) for row in rows]

    def confirm(self, sent: list[Outgoing]) -> None:
        """The broker has these: for patrol reports that is all there is to wait for."""
        with self._file.write(durable=False) as sql:
            sql.executemany(
                "UPDATE command SET answer = 'null', body = NULL WHERE id = ? AND settled_by = 'confirm'",
                [(outgoing.key,) for outgoing in sent],
            )

    def is_settled(self, command_id: str) -> bool:
        """Whether an action has its answer."""
        return bool(self._file.read("SELECT 1 FROM command WHERE id = ? AND answer IS NOT NULL", (command_id,)))

    def result(self, command_id: str) -> Result:
        """The answer to a settled action."""
        data = json.loads(self._file.read("SELECT answer FROM command WHERE id = ?", (command_id,))[0][0])
        return Result(bool(data.get("accepted")), data.get("reason"), data.get("version"), data.get("order_state"))

    def order_of(self, number: str) -> Order | None:
        """The latest work order of a case that this member has heard of."""
        rows = self._file.read("SELECT order_id, number FROM work WHERE number = ?", (number,))
        return Order(*rows[0]) if rows else None

    def count(self) -> dict[str, int]:
        """Number of the last notice seen, notices not seen yet, actions without an answer."""
        row = self._file.read(
            """SELECT (SELECT notice_number FROM seen) AS last_seen, (SELECT COUNT(*) FROM notice) AS unseen,
                      (SELECT COUNT(*) FROM command WHERE answer IS NULL) AS unanswered"""
        )[0]
        return dict(row)
