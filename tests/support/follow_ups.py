"""Callback's use cases on a real database, without processes: the test speaks for intake and dispatch."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.callback import messages, use_cases
from services.callback.store import Work
from services.callback.use_cases import Given, Outcome
from shared.db.pool import Pool
from shared.messaging.envelope import Event, new_id
from shared.messaging.message import Heard, Message
from shared.outbox.unit_of_work import NullRelay, opener
from tests.support.town import TemporaryTown

CONTENT = {"solved": "yes", "satisfaction": "satisfied"}


class FollowUps:
    """What callback knows and says, and what is said to it. `later` moves what it believes to be now."""

    def __init__(self, town: TemporaryTown, rules: dict[str, Any] | None = None):
        self.town, self.pool = town, Pool(town.secrets.read("callback", "database_url"), 8, "test")
        self._open = opener(self.pool, NullRelay(), f"/{town.name}/callback", Work)
        self._said: Counter[tuple[str, str]] = Counter()
        self._cases: dict[str, str] = {}
        self._shift = dt.timedelta(0)
        self.last: tuple[Any, Heard] | None = None  # what was heard last, and by which use case
        if rules is not None:
            self.rules(rules)

    @contextmanager
    def open_work(self) -> Iterator[Work]:
        with self._open() as work:
            work._now = work.now() + self._shift  # as if it were so much later
            yield work

    def later(self, days: float = 0, **more: float) -> None:
        self._shift += dt.timedelta(days=days, **more)

    def rules(self, section: dict[str, Any]) -> None:
        with self._open() as work:
            work.load_rules("test", section)
            work.commit()

    def share(self, other: FollowUps) -> None:
        """The same cases as those of another."""
        self._cases, self._said = other._cases, other._said

    # what others say

    def message(self, cls: type[Message], number: str, handler: str, **data: Any) -> Heard:
        service = cls.TYPE.partition(".")[0]
        case_id = self._cases.setdefault(number, new_id())
        self._said[service, number] += 1
        about = {"subject": number, "correlationid": case_id, "sequence": self._said[service, number]}
        now = dt.datetime.now(dt.UTC).isoformat()
        event = Event(new_id(), cls.TYPE, f"/{self.town.name}/{service}", now, {"number": number} | data, **about)
        return cls.heard(event, handler)

    def registered(self, number: str, **changes: Any) -> str:
        usual = {"kind": "complaint", "level": "P3", "category": "0103", "source": "hotline"}
        data = usual | {"anonymous": False, "asks_reporter": True} | changes
        use_cases.keep_cases([self.message(messages.CaseRegistered, number, "callback.cases", **data)], self.open_work)
        return number

    def verified(self, number: str, round_: int = 1, **changes: Any) -> list[str]:
        data = {
            "round": round_,
            "member_id": "m001",
            "checker_id": "m009",
            "handlers": ["m001", "m002"],
            "unit": "g001",
        }
        heard = self.message(messages.WorkVerified, number, "callback.verified", **(data | changes))
        self.last = (use_cases.plan_follow_ups, heard)
        return use_cases.plan_follow_ups([heard], self.open_work)

    def merged(self, number: str, into: str, **changes: Any) -> None:
        data = {"into": into, "anonymous": False, "asks_reporter": True} | changes
        heard = self.message(messages.CaseMerged, number, "callback.merged", **data)
        self.last = (use_cases.merge_cases, heard)
        use_cases.merge_cases([heard], self.open_work)

    def withdrawn(self, number: str, round_: int = 1) -> list[str]:
        heard = self.message(messages.WorkWithdrawn, number, "callback.withdrawn", round=round_, why="并案")
        self.last = (use_cases.drop_follow_ups, heard)
        return use_cases.drop_follow_ups([heard], self.open_work)

    def erased(self, number: str) -> list[str]:
        return use_cases.waive_erased([self.message(messages.PersonErased, number, "callback.erased")], self.open_work)

    def again(self) -> None:
        """What was heard last is delivered once more."""
        if self.last:
            self.last[0]([self.last[1]], self.open_work)

    # what is done, and what comes of it

    def answers(self, number: str, round_: int = 1, **changes: Any) -> Outcome:
        follow_up = self.row(number, round_)["id"]
        usual: dict[str, Any] = {"channel": "desk", "by": "desk1", "answers": CONTENT}
        return use_cases.answer([Given(follow_up, **(usual | changes))], self.open_work)[0]

    def judged(self) -> int:
        """What is due by what callback believes to be now."""
        return use_cases.judge_due(self.open_work)

    def row(self, number: str, round_: int = 1) -> dict[str, Any]:
        found = self.table(
            "follow_ups f JOIN cases c ON c.id = f.case_id", "c.number = %s AND f.round = %s", number, round_
        )
        assert len(found) == 1, found
        return found[0]

    def table(self, name: str, where: str = "true", *values: Any) -> list[dict[str, Any]]:
        """Rows of the service's tables; of a join the first table's."""
        first = name.split()[1] if " " in name else name
        query = f"SELECT row_to_json({first}.*) FROM {name} WHERE {where}"
        found = [row for (row,) in self.town.rows("callback", query, *values)]
        return sorted(found, key=lambda row: row.get("n", 0))

    def said(self, number: str) -> list[tuple[str, dict[str, Any]]]:
        """What callback has said about a case, in order: the name of the message and its data."""
        query = (
            "SELECT body::json FROM outbox WHERE body::json->>'subject' = %s ORDER BY (body::json->>'sequence')::int"
        )
        bodies = [body for (body,) in self.town.rows("callback", query, number)]
        assert [body["sequence"] for body in bodies] == list(range(1, len(bodies) + 1))
        return [(body["type"].split(".")[1], body["data"]) for body in bodies]
