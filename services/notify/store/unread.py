"""What members have read, what is watched until they have, and what was done about it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

from services.notify.domain.unread_data import Watching
from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

HAS_READ = "the member has read it, or need not any more"
LOOKED_FOR = 1.0  # seconds that a process goes on with the rules it knows
_known: dict[str, tuple[float, Watching]] = {}  # by town


class UnreadRows(Rows):
    """Whoever takes a step holds the row of its notice."""

    # gather

    def watching(self) -> Watching:
        """What is watched by the rule set in force, a second ago at most: the line asks it for whatever it says."""
        at, known = _known.get(self.address, (0.0, Watching()))
        now = time.monotonic()
        if not at or now - at > LOOKED_FOR:
            known = Watching.of_rules(self.rules())
            _known[self.address] = now, known
        return known

    def lock_unread(self, limit: int) -> list[Row]:
        """Watched notices that are to be looked at now, and that no other replica is at."""
        return self.dicts(SQL.lock_unread, limit=limit)

    def known_of(self, notices: Collection[str]) -> dict[str, Row]:
        """By notice: seen, acted_at, over_at, receipt; asked after the lock."""
        return {row.pop("notice_id"): row for row in self.dicts(SQL.known_of_unread, ids=sorted(notices))}

    def told_about(self, numbers: Collection[str], kinds: Collection[str]) -> list[Row]:
        """Notices of these kinds about these cases: number, member_id, kind, round, version."""
        return self.dicts(SQL.told_about, numbers=sorted(numbers), kinds=sorted(kinds))

    def heads(self, roles: Collection[str]) -> list[tuple[str, str, str | None]]:
        """Member, role and area of active members with these roles."""
        return self.all(SQL.heads, roles=sorted(roles))

    def ways_tried(self, notices: Collection[str]) -> dict[str, list[str]]:
        """By notice, the ways on which it has gone out, or was to."""
        return dict(self.all(SQL.ways_tried, ids=sorted(notices)))

    def areas_of(self, members: Collection[str]) -> dict[str, str | None]:
        return dict(self.all(SQL.areas_of, members=sorted(members)))

    # record

    def put_seen(self, upto: Mapping[str, int]) -> None:
        """Members have read up to these numbers; never less than before, never more than they were told."""
        rows = [{"member_id": member, "from": 0, "upto": number} for member, number in sorted(upto.items())]
        self.write(SQL.put_seen, rows)
        self.hush(rows)

    def hush(self, rows: Sequence[Row]) -> None:
        """Of each member_id the notices `from` … `upto`: what of them waits for a channel is of no use any more."""
        if rows:
            self.run(SQL.hush, rows=to_json(rows), reason=HAS_READ)

    def note_acts(self, rows: Sequence[Row]) -> None:
        """number, member_id ('': everybody), at; where nothing is watched, nobody asks for it."""
        if rows and self.watching().kinds:
            self.write(SQL.note_acts, rows)

    def watch_unread(self, rows: Sequence[Row]) -> None:
        """Notices (as they are kept, and said_at), as far as they are watched, each with its ladder; they are looked at
        at once."""
        watching = self.watching()
        names = ("id", "member_id", "notice_number", "said_at", "created_at")
        self.write(
            SQL.watch_unread,
            [
                {name: row[name] for name in names} | {"number": row["body"]["number"], "steps": steps}
                for row in rows
                if (steps := watching.of(row["kind"], row["body"]))
            ],
        )

    def put_unread(self, rows: Sequence[Row]) -> None:
        """notice_id, taken, due, ended."""
        self.write(SQL.put_unread, rows)

    def note_steps(self, rows: Sequence[Row]) -> None:
        """notice_id, step, measure, reached, reason."""
        self.write(SQL.note_steps, rows)

    def forget_acts(self) -> None:
        self.run(SQL.forget_acts)
