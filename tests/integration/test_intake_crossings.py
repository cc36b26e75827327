"""Intake alone, and what others said about a case while it was being decided: it comes afterwards and harms nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from services.intake.store import Work
from services.intake.use_cases.merging import NewPair, merge_new
from shared.db.pool import Pool
from shared.outbox.unit_of_work import NullRelay, opener
from tests.integration.test_intake_doors import post, say
from tests.support.town import TemporaryTown
from tests.support.waiting import until


class Intake:
    """A town in which only intake runs; the test speaks for dispatch and callback."""

    def __init__(self, town: TemporaryTown):
        self.town = town
        self._said: dict[tuple[str, str], int] = {}

    def report(self, source: str, external_id: str) -> str:
        body = {"external_id": external_id, "title": "路灯不亮"}
        answer = post(self.town, "/intake/reports", "source", source, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["number"]

    def does(self, number: str, what: str, **body: Any) -> None:
        answer = post(self.town, f"/intake/cases/{number}/{what}", "desk", "desk1", body)
        assert answer.status_code == 200, answer.text

    def says(self, number: str, *messages: str, round_: int = 1) -> None:
        """What dispatch (`work_…`) or callback says about a case next, in order."""
        ((case_id,),) = self.town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)
        for message in messages:
            service = "dispatch" if message.startswith("work_") else "callback"
            sequence = self._said[service, case_id] = self._said.get((service, case_id), 0) + 1
            data = {"number": number, "round": round_, "member_id": "m1", "outcome": "answered", "why": "x"}
            data |= {"solved": "yes", "satisfaction": "satisfied"}
            about = {"subject": number, "correlationid": case_id, "sequence": sequence}
            say(self.town, f"{service}.{message}.v1", data, **about)

    def heard(self, number: str, state: str, dispatch: int, callback: int = 0, round_: int = 1) -> None:
        """Wait until a case has heard so much, and is in this state; nothing waits to be tried again."""
        asked = "SELECT state, round FROM cases WHERE number = %s AND heard_dispatch = %s AND heard_callback = %s"
        found = until(lambda: self.town.rows("intake", asked, number, dispatch, callback))
        assert found == [(state, round_)]
        until(lambda: not self.town.rows("intake", "SELECT 1 FROM parked"))


@pytest.fixture
def intake(new_town: Callable[..., TemporaryTown]) -> Iterator[Intake]:
    town = new_town(services=("intake",))
    village = {"grid_id": "g", "version": 1, "code": "1", "name": "g", "level": "village", "area": 1}
    say(town, "dispatch.grid_changed.v1", village)
    town.start()
    yield Intake(town)


def test_what_crosses_a_decision_takes_its_place_and_changes_nothing(intake: Intake) -> None:
    cancelled = intake.report("hotline", "c1")
    intake.says(cancelled, "work_assigned")
    intake.heard(cancelled, "dispatched", 1)
    intake.does(cancelled, "cancel", reason="不要了")
    intake.says(cancelled, "work_acknowledged", "work_resolved", "work_withdrawn")
    intake.heard(cancelled, "cancelled", 4)

    merged, root = intake.report("hotline", "m1"), intake.report("portal", "m2")
    intake.does(merged, "merge", into=root, reason="同一盏灯")  # while work_assigned is on the way
    early = post(intake.town, f"/intake/cases/{merged}/unmerge", "desk", "desk1", {"reason": "不是"})
    assert early.status_code == 409 and "try again in a moment" in early.json()["detail"]
    intake.says(merged, "work_assigned", "work_withdrawn")
    intake.heard(merged, "merged", 2)
    intake.does(merged, "unmerge", reason="另一盏")
    intake.says(merged, "work_assigned", round_=2)
    intake.heard(merged, "dispatched", 3, round_=2)

    answered = intake.report("hotline", "a1")
    intake.says(answered, "work_assigned", "work_acknowledged", "work_resolved", "work_verified")
    intake.heard(answered, "follow_up_pending", 4)
    intake.does(answered, "cancel", reason="不要了")
    intake.says(answered, "follow_up_planned", "case_answered")  # while the answer is on the way
    intake.says(answered, "work_withdrawn")
    intake.heard(answered, "cancelled", 5, 2)
    assert intake.town.rows("intake", "SELECT solved FROM cases WHERE number = %s", answered) == [(None,)]
    late = "SELECT count(*) FROM outbox WHERE routing_key LIKE 'intake.case_closed%%'"
    assert intake.town.rows("intake", late) == [(0,)]


def test_a_rule_merges_new_cases_in_the_transaction_that_registers_them(intake: Intake) -> None:
    root, new = intake.report("hotline", "r1"), intake.report("hotline", "r2")
    url = intake.town.secrets.read("intake", "database_url")
    open_work = opener(Pool(url, 1, "test"), NullRelay(), f"/{intake.town.name}/intake", Work)
    with open_work() as work:
        ids = work.case_ids(root, new)
        roots = work.share_open_roots([ids[root]["id"]])
        row = work.desk_case(ids[new]["id"]) | {"anonymous": True, "reported_by": None}
        pair = NewPair(row, roots[ids[root]["id"]], "same place, 2 min", 0.97)
        merge_new([pair], work.sources(), work, work.now(), {row["id"]: row["said"]})
        work.commit()
    case = until(lambda: _merged(intake, new))
    assert (case["merged_into"], case["history"][-1]["who"], case["version"]) == (root, "rule", row["said"] + 2)
    said = "SELECT body::json->>'sequence' FROM outbox WHERE routing_key LIKE 'intake.case_merged%%'"
    assert intake.town.rows("intake", said) == [(str(row["said"] + 1),)]
    intake.says(root, "work_assigned")
    told = "SELECT body->>'number' FROM feedback WHERE external_id = 'r2' AND body->>'state' = 'dispatched'"
    assert until(lambda: intake.town.rows("intake", told)) == [(new,)]


def _merged(intake: Intake, number: str) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {intake.town.token('desk', 'desk1')}"}
    case = requests.get(f"{intake.town.url('intake')}/intake/cases/{number}", headers=headers, timeout=10).json()
    return case if case["state"] == "merged" else None
