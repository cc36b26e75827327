"""Who signs in, how, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from services.dispatch.domain.attempts import Bucket
from services.dispatch.domain.sessions import IDLE, LONGEST, MOST, Session
from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

EVERY = 0  # how many of a member's sessions stay when all end


class AccessRows(Rows):
    """Credentials, sessions, attempts, and the journal of all that."""

    def lock_attempts(self, subjects: Iterable[str]) -> dict[str, Bucket]:
        rows = self.all(SQL.lock_attempts, rows=to_json([{"subject": subject} for subject in set(subjects)]))
        return {row[0]: Bucket(*row) for row in rows}

    def put_attempts(self, buckets: Iterable[Bucket]) -> None:
        self.write(SQL.put_attempts, [vars(bucket) for bucket in buckets])

    def somebody(self, member_id: str) -> Row | None:
        """A member on the roll, with what is kept of its proofs."""
        found = self.dicts(SQL.somebody, member=member_id)
        return found[0] if found else None

    def member_of_account(self, provider: str, account: str) -> str | None:
        row = self.one(SQL.member_of_account, provider=provider, account=account)
        return row[0] if row else None

    def link_account(self, provider: str, account: str, member_id: str, who: str) -> None:
        """The only one of the member on that platform."""
        self.run(SQL.unlink_accounts, provider=provider, member=member_id)
        self.run(SQL.link_account, provider=provider, account=account, member=member_id, at=self.now())
        self.note_access(member_id, "account_linked", who, provider)

    def put_password(self, member_id: str, kept: str, must_change: bool, who: str) -> None:
        self.run(SQL.put_password, member=member_id, password=kept, must=must_change, at=self.now())
        self.note_access(member_id, "password_set", who)

    def put_new_code(self, member_id: str, sealed: str) -> None:
        self.run(SQL.put_new_code, member=member_id, sealed=sealed, at=self.now())

    def put_code(self, member_id: str, sealed: str | None, step: int, who: str) -> None:
        self.run(SQL.put_code, member=member_id, sealed=sealed, step=step, at=self.now())
        self.note_access(member_id, "code_set" if sealed else "code_dropped", who)

    def use_code(self, member_id: str, step: int) -> bool:
        """Whether it was good still."""
        return self.count(SQL.use_code, member=member_id, step=step) == 1

    def without_password(self) -> list[Row]:
        return self.dicts(SQL.without_password)

    def lock_session(self, session_id: str) -> Session | None:
        row = self.one(SQL.lock_session, id=session_id)
        return Session(*row) if row else None

    def add_session(self, session_id: str, member_id: str, via: str, device: str) -> None:
        """A new one; the oldest of a member with too many ends."""
        self.run(SQL.add_session, id=session_id, member=member_id, via=via, device=device, at=self.now())
        self.run(SQL.end_sessions, member=member_id, keep=MOST, why="too_many", at=self.now())
        self.note_access(member_id, "signed_in", member_id, via)

    def turn_session(self, session_id: str) -> None:
        self.run(SQL.turn_session, id=session_id, at=self.now())

    def end_session(self, session_id: str, why: str, who: str | None = None) -> str | None:
        """Whose it was, if it was open; `who` ends it, if not its owner."""
        row = self.one(SQL.end_session, id=session_id, why=why, at=self.now())
        if row:
            self.note_access(row[0], "session_ended", who or row[0], why)
        return row[0] if row else None

    def end_sessions(self, member_id: str, why: str, who: str) -> int:
        """How many were open."""
        ended = self.count(SQL.end_sessions, member=member_id, keep=EVERY, why=why, at=self.now())
        if ended:
            self.note_access(member_id, "sessions_ended", who, why)
        return ended

    def forget_access(self) -> None:
        """What is over: sessions, and tries that count no more."""
        self.run(SQL.end_idle_sessions, at=self.now(), idle=_interval(IDLE), longest=_interval(LONGEST))
        self.run(SQL.forget_sessions)
        self.run(SQL.forget_attempts)

    def note_access(self, member_id: str, what: str, who: str, note: str = "") -> None:
        self.run(SQL.add_access_journal, at=self.now(), member=member_id, what=what, who=who, note=note)


def _interval(span: dt.timedelta) -> str:
    return f"{span.total_seconds():.0f} seconds"
