"""Callback's follow-ups walked at random on a real database: attempts, links, answers, late ones, demands, merges,
reopenings, restarts.

What must hold whatever happens: what is said about a case is numbered without gaps; a follow-up ends once and says so
once; an answer that is taken is kept; a late one is refused and changes nothing; a round is asked about once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.callback import use_cases
from services.callback.domain.calls import NOT_REACHED
from services.callback.domain.satisfaction import SATISFACTION, SOLVED
from shared.http.links import Links, derived
from tests.support.follow_ups import FollowUps
from tests.support.town import TemporaryTown

ASK = {"kinds": ["complaint"], "levels": ["P1"], "sample_percent": 30}
RULES = {"ask": ASK, "when": "at_once", "attempts": 3, "window": "14 day", "dissatisfied_is_rework": True}
RULES |= {"calls": {"times": "any"}, "look": "1 day"}
CASES = ("root", "other")
ANSWERS = st.fixed_dictionaries({"solved": st.sampled_from(SOLVED), "satisfaction": st.sampled_from(SATISFACTION)})


class Walk(RuleBasedStateMachine):
    """Two cases that may become one matter; one may go through many rounds."""

    town: ClassVar[TemporaryTown]
    walks: ClassVar[Iterator[int]] = iter(range(1_000_000))

    def __init__(self) -> None:
        super().__init__()
        with self.town.database("callback", owner=True) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE follow_ups SET call_over = true WHERE state = 'open'")  # those of other walks
        self.asked = FollowUps(self.town, RULES | {"whose": ("first", "majority", "worst")[next(self.walks) % 3]})
        ring = self.town.secrets.read("intake", "key_ring")
        self.address = use_cases.Address("https://town.example", Links(derived(ring, "answers")))
        self.name = f"walk-{next(self.walks)}"
        self.numbers = {one: self.asked.registered(f"{self.name}-{one}") for one in CASES}
        self.round = dict.fromkeys(CASES, 0)
        self.taken: Counter[str] = Counter()
        self.merged = False

    def teardown(self) -> None:
        self.asked.pool.close()

    def row(self, one: str) -> dict[str, Any]:
        return self.asked.row(self.numbers[one], self.round[one])

    def is_open(self, one: str) -> bool:
        return bool(self.round[one]) and self.row(one)["state"] == "open"

    @rule(one=st.sampled_from(CASES))
    def verified(self, one: str) -> None:
        """Dispatch says so only for the round after the one that the reporter was not content with."""
        if self.round[one] and not (self.row(one)["rework"] or self.objected(one)):
            return
        self.round[one] += 1
        assert self.asked.verified(self.numbers[one], self.round[one])[0] in ("planned", "waived", "withdrawn")
        if not self.asked.table("follow_ups f JOIN cases c ON c.id = f.case_id", "c.number = %s AND round = %s",
                                self.numbers[one], self.round[one]):  # fmt: skip
            self.round[one] -= 1

    def objected(self, one: str) -> bool:
        return bool(self.asked.table("objections", "follow_up_id = %s", self.row(one)["id"]))

    @precondition(lambda self: any(self.round.values()))
    @rule(one=st.sampled_from(CASES), answers=ANSWERS, channel=st.sampled_from(("desk", "page", "source")),
          report=st.sampled_from((*CASES, None)))  # fmt: skip
    def answered(self, one: str, answers: dict[str, str], channel: str, report: str | None) -> None:
        if not self.round[one]:
            return
        before = self.row(one)
        number = self.numbers.get(report or "")
        given = {"channel": channel, "by": "desk1", "answers": answers, "report": number}
        outcome = self.asked.answers(self.numbers[one], self.round[one], **given)
        after = self.row(one)
        if before["state"] != "open":
            assert {**after, "judge_at": None} == {**before, "judge_at": None}  # late: nothing is changed
            known = self.asked.table("answers", "follow_up_id = %s", before["id"])
            assert not outcome.taken or any(row["answers"] == answers for row in known)
        elif outcome.taken:
            assert self.asked.table("answers", "follow_up_id = %s", before["id"])
        else:
            assert outcome.reason in ("not_a_reporter", "closed")

    @precondition(lambda self: any(self.round.values()))
    @rule(one=st.sampled_from(CASES), outcome=st.sampled_from(NOT_REACHED), twice=st.booleans())
    def attempted(self, one: str, outcome: str, twice: bool) -> None:
        if not self.round[one]:
            return
        before = self.row(one)
        calls = use_cases.take_calls("desk1", 50, self.asked.open_work).calls
        call = next((call for call in calls if call["follow_up_id"] == before["id"]), None)
        if call is None:
            return
        assert before["state"] == "open" and not before["call_over"] and before["judge_at"] is None
        said = {"outcome": outcome, "note": "", "again_at": None}
        for _ in range(1 + twice):
            use_cases.not_reached(call["call_id"], "desk1", said, self.asked.open_work)
        after = self.row(one)
        assert after["attempts"] == before["attempts"] + 1
        assert after["call_over"] == (outcome == "wrong_number" or after["attempts"] >= 3)

    @rule()
    def links_come_due(self) -> None:
        """Said once for a round, while it is open; the link is open at least as long as the rules say."""
        before = {one: self.row(one) for one in CASES if self.is_open(one)}
        use_cases.issue_links(self.address, self.asked.open_work)
        for one, row in before.items():
            after = self.row(one)
            assert after["linked_at"] == row["linked_at"] or row["linked_at"] is None
            assert after["closes_at"] >= row["closes_at"]

    @precondition(lambda self: any(self.round.values()))
    @rule(one=st.sampled_from(CASES), by=st.sampled_from(("desk2", "desk3", "m001")), reasonable=st.booleans())
    def demand_looked_at(self, one: str, by: str, reasonable: bool) -> None:
        if not self.round[one]:
            return
        before = self.row(one)
        _, refused = use_cases.look_at_demand(before["id"], by, reasonable, "核实", self.asked.open_work)
        after = self.row(one)
        if refused:
            assert after["demand"] == before["demand"] and after["state"] == before["state"]
            return
        assert by != "m001"  # who has handled it
        if after["demand"] == "unreasonable":
            assert before["demand"] == "proposed" and before["proposed_by"] != by
            assert (after["state"], after["rework"], after["counts"]) == ("answered", False, False)

    @rule()
    def merge(self) -> None:
        self.asked.merged(self.numbers["other"], self.numbers["root"])
        self.asked.withdrawn(self.numbers["other"], max(self.round["other"], 1))
        self.merged = True

    @precondition(lambda self: self.merged)
    @rule()
    def unmerge(self) -> None:
        self.asked.registered(self.numbers["other"])
        self.merged = False

    @rule(one=st.sampled_from(CASES))
    def objects(self, one: str) -> None:
        if not self.round[one] or (one == "other" and self.merged):
            return
        before = self.row(one)
        objected = use_cases.take_objection(self.numbers[one], "desk1", None, "不服", self.asked.open_work)
        if objected.refused is None:
            assert before["state"] != "open" and objected.round == self.round[one] + 1

    @rule(days=st.sampled_from((0.01, 0.1, 1, 20)))
    def time_passes(self, days: float) -> None:
        self.asked.later(days)
        self.asked.judged()

    @rule()
    def heard_again_after_a_restart(self) -> None:
        """Whatever was heard last is heard once more, by a process that knows nothing of it."""
        if self.asked.last is not None:
            self.asked.again()

    @invariant()
    def what_is_said_is_numbered_and_each_round_ends_once(self) -> None:
        for one in CASES:
            said = self.asked.said(self.numbers[one])  # asserts 1, 2, 3 …
            ends = Counter(
                data["round"] - (name == "rework_asked")
                for name, data in said
                if name in ("case_answered", "rework_asked")
            )
            links = Counter(data["round"] for name, data in said if name == "link_due")
            assert max(links.values(), default=1) == 1
            objections = len(self.asked.table(
                "objections o JOIN follow_ups f ON f.id = o.follow_up_id JOIN cases c ON c.id = f.case_id",
                "c.number = %s", self.numbers[one],
            ))  # fmt: skip
            assert sum(ends.values()) <= self.round[one] + objections
            rows = self.asked.table("follow_ups f JOIN cases c ON c.id = f.case_id", "c.number = %s", self.numbers[one])
            assert sorted(row["round"] for row in rows) == list(range(1, self.round[one] + 1))
            for row in rows:
                assert (row["state"] == "open") == (row["ended_at"] is None)
                assert row["state"] != "answered" or row["answer_id"]


@pytest.fixture
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("walked-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, services=("callback",)) as town:
        yield town


def test_follow_ups_walked_at_random(town: TemporaryTown) -> None:
    Walk.town = town
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    found = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Walk, settings=found)
