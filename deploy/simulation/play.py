"""The play itself: platforms publish, members act, until every case has ended or the time is over."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from wangge_client import Upstream

from deploy.provision.secrets import Secrets
from deploy.simulation.api import Api
from deploy.simulation.people import Company, Desk
from deploy.simulation.script import Decks, Planned

ENDED = ("closed", "rejected", "merged", "cancelled", "refused")
Show = Callable[[Counter[str]], None]


class Play:
    """One run; `state` is the folder where the clients keep their files."""

    def __init__(self, api: Api, secrets: Secrets, state: Path, planned: list[Planned], seed: int) -> None:
        self._api, self._secrets, self._state, self._planned = api, secrets, state, planned
        self._stopping = threading.Event()
        decks = Decks.shuffled(seed)
        self._company = Company(secrets, state, decks, self._stopping)
        self._desk = Desk(api, self._company, decks, self._stopping)
        self._sources: dict[str, Upstream] = {}
        self._known: dict[str, dict[str, Any]] = {}

    def run(self, seconds: float, show: Show) -> tuple[dict[str, str], list[str]]:
        """Where each report stands in the end, by external id; and the numbers of the cases."""
        until = time.monotonic() + seconds
        try:
            self._desk.start()
            self._publish()
            while True:
                cases = self._cases()
                outcomes = {report.external_id: self._state_of(report, cases) for report in self._planned}
                show(Counter(outcomes.values()))
                if all(state in ENDED for state in outcomes.values()) or time.monotonic() > until:
                    return outcomes, list({case["number"]: None for case in cases.values()})
                time.sleep(1)
        finally:
            self._stopping.set()
            self._desk.join(timeout=20)
            self._company.leave()
            for source in self._sources.values():
                source.close()

    def _publish(self) -> None:
        for report in self._planned:
            if report.member is not None:
                self._company.call(report.member).reports.append(report)
            else:
                self._source(report.source).publish(report.report, report.number)

    def _source(self, name: str) -> Upstream:
        if name not in self._sources:
            url = self._secrets.read("sources", name, "amqp_uri").strip()
            self._sources[name] = Upstream(url, name, self._state / f"source-{name}.db")
            self._sources[name].hear(lambda event: None)  # a platform would note it; here it only counts as heard
        return self._sources[name]

    def _cases(self) -> dict[str, dict[str, Any]]:
        try:
            rows = [row for source in {r.source for r in self._planned} for row in self._api.cases(source=source)]
        except requests.RequestException:
            return self._known  # asked again in a second
        by_id = {row["external_id"].rpartition("/")[2]: row for row in rows}  # a member's report is <member>/<id>
        by_id |= {row["number"]: row for row in rows}  # for one that joined the case of another, as its answer says
        found = {r.external_id: by_id.get(r.external_id) or by_id.get(self._answered(r)[1]) for r in self._planned}
        self._known = {external_id: row for external_id, row in found.items() if row}
        return self._known

    def _answered(self, report: Planned) -> tuple[str, str]:
        """What its platform has heard (waiting, received, rejected), and the number of the case."""
        answer = self._sources[report.source].answer(report.external_id) if report.source in self._sources else None
        return (answer.state, (answer.data or {}).get("number") or "") if answer else ("waiting", "")

    def _state_of(self, report: Planned, cases: dict[str, dict[str, Any]]) -> str:
        """closed, rejected (by the desk), refused (it can be no case), or the state in which it still is."""
        if report.external_id in cases:
            return cases[report.external_id]["state"]
        return "refused" if self._answered(report)[0] == "rejected" else "reported"
