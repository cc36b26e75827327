"""One replay: publish every row through the real client, wait until all have come through, ask what became of them."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import Progress
from wangge_client import Upstream

from deploy.replay.reconciliation import Account
from services.intake.adapters.table import Table

_CHUNK = 500
_AHEAD = 20_000  # rows in the spool that the broker has not confirmed
_QUIET = 60.0  # seconds without any change: what is still on the way then will not come soon
Report = dict[str, Any]


class Intake:
    """What intake says of one source."""

    def __init__(self, base_url: str, token: str, source: str) -> None:
        address = f"{base_url}/intake/sources/{source}/reconciliation"
        self._request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})

    def reconciliation(self) -> dict[str, int]:
        with urllib.request.urlopen(self._request, timeout=60) as answer:
            return json.load(answer)


class Replay:
    """Publishes the rows of a table, and keeps count."""

    def __init__(self, upstream: Upstream, intake: Intake, progress: Progress, rate: float | None) -> None:
        """`rate` in rows a second; None is as fast as possible."""
        self._upstream, self._intake, self._progress, self._rate = upstream, intake, progress, rate
        self._read = self._without_id = self._published = 0
        self._answers: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str, str]] = Counter()

    def run(self, table: Table, file: Path) -> Account:
        """All of it. Raises MappingError for a table that cannot be read, and the client's BrokerTrouble."""
        before = self._intake.reconciliation()
        rows = sum(1 for _ in table.rows(file))
        self._confirmed = self._progress.add_task("confirmed 已确认", total=rows)
        self._answered = self._progress.add_task("answered 已答复", total=rows)
        repeated: defaultdict[int, list[Report]] = defaultdict(list)
        self._wave(self._first_of_each(table, file, repeated))
        for number in sorted(repeated):
            self._wave(repeated[number])
        after = self._come_through(before)
        unconfirmed = self._upstream.count()["unconfirmed"]
        return Account(
            self._read, self._without_id, self._published - unconfirmed,
            self._answers["received"], self._answers["rejected"], self._answers["waiting"], before, after,
        )  # fmt: skip

    def _first_of_each(self, table: Table, file: Path, repeated: dict[int, list[Report]]) -> Iterator[Report]:
        """The first report with each id; the second, third … go out in later waves, as the client holds an id once."""
        times: Counter[str] = Counter()
        for row in table.rows(file):
            self._read += 1
            report = table.report(row)
            external_id = report["external_id"]
            if not external_id:
                self._without_id += 1
                continue
            times[external_id] += 1
            if times[external_id] == 1:
                yield report
            else:
                repeated[times[external_id]].append(report)

    def _wave(self, reports: Iterable[Report]) -> None:
        ids: list[str] = []
        began, before = time.monotonic(), self._published
        waiting = iter(reports)
        while chunk := list(itertools.islice(waiting, _CHUNK if self._rate is None else max(1, int(self._rate / 10)))):
            self._upstream.publish_many(chunk)
            ids += [report["external_id"] for report in chunk]
            self._published += len(chunk)
            self._show()
            if self._rate is not None:
                time.sleep(max(0.0, began + (self._published - before) / self._rate - time.monotonic()))
            while self._upstream.count()["unconfirmed"] > _AHEAD:
                time.sleep(0.2)
                self._show()
        self._until_quiet(lambda: self._show() == 0, lambda: self._upstream.count())
        for external_id in ids:
            self._take_answer(external_id)

    def _take_answer(self, external_id: str) -> None:
        answer = self._upstream.answer(external_id)
        assert answer is not None, external_id
        self._answers[answer.state] += 1
        if answer.state == "rejected":
            for reason in (answer.data or {}).get("reasons") or []:
                self.reasons[reason["field"], reason["problem"], reason["repair"]] += 1

    def _show(self) -> int:
        """Draw the bars; gives how many reports wait for an answer."""
        count = self._upstream.count()
        done = self._published + self._without_id
        self._progress.update(self._confirmed, completed=done - count["unconfirmed"])
        self._progress.update(self._answered, completed=done - count["waiting"])
        return count["waiting"]

    def _come_through(self, before: dict[str, int]) -> dict[str, int]:
        """Wait until every case is assigned and the town's feedback has ended; gives intake's last word."""
        bar = self._progress.add_task("assigned 已派单", total=None)
        last = dict(before)

        def all_assigned() -> bool:
            last.update(self._intake.reconciliation())
            assigned = last["cases"] - last["on_the_way"]
            self._progress.update(bar, total=last["cases"], completed=assigned)
            return last["on_the_way"] == 0

        self._until_quiet(all_assigned, lambda: dict(last))
        feedback = -1
        while feedback != (now := self._upstream.count()["feedback_unheard"]):  # leave none behind in the queue
            feedback = now
            time.sleep(2)
        return last

    def _until_quiet(self, done: Callable[[], bool], state: Callable[[], object]) -> None:
        """Until it is done, or the state has not changed for a while."""
        last, since = state(), time.monotonic()
        while not done() and time.monotonic() - since < _QUIET:
            time.sleep(0.25)
            if (now := state()) != last:
                last, since = now, time.monotonic()
