"""Calls and links on a real database: taken by many at once, not reached, answered, given back; and who gets a link."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.callback import messages, use_cases, views
from services.callback.domain import links
from services.callback.domain.calls import CallTimes
from services.callback.errors import CallUnknown, NotOpen, NotTaken
from services.callback.store import Work
from services.callback.use_cases import Address, Filled, Given
from shared.db.pool import Pool
from shared.http.links import Links, derived
from shared.messaging.envelope import new_id
from shared.outbox.unit_of_work import NullRelay, opener
from tests.support.follow_ups import CONTENT, FollowUps
from tests.support.town import TemporaryTown

ASK = {"kinds": ["complaint"], "levels": ["P1", "P2"], "sample_percent": 0}
RULES: dict[str, Any] = {
    "ask": ASK,
    "when": "at_once",
    "attempts": 3,
    "window": "14 day",
    "dissatisfied_is_rework": True,
}
ANY = RULES | {"calls": {"times": "any", "lease": "10 minute"}, "link": {"after": "3 day", "open": "14 day"}}
HALF_DAYS = RULES | {"when": "next_working_day", "calls": {"times": "half_days"}}
NO_ANSWER = {"outcome": "no_answer", "note": "", "again_at": None}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("called-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, services=("callback",)) as town:
        yield town


class Calls(FollowUps):
    """Follow-ups with their calls and links; those of other tests are out of the way."""

    def __init__(self, town: TemporaryTown, rules: dict[str, Any]):
        super().__init__(town, rules)
        ring = town.secrets.read("intake", "key_ring")
        self.address = Address("https://town.example", Links(derived(ring, "answers")))
        with town.database("callback", owner=True) as connection, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE follow_ups SET call_over = true, linked_at = due_at, taken_until = NULL WHERE state = 'open'"
            )

    def asked(self, *numbers: str, **changes: Any) -> list[str]:
        for number in numbers:
            self.registered(number, **changes)
            assert self.verified(number) == ["planned"]
        return list(numbers)

    def take(self, who: str = "desk1", most: int = 1) -> list[dict[str, Any]]:
        return use_cases.take_calls(who, most, self.open_work).calls

    def not_reached(self, call: dict[str, Any], who: str = "desk1", **said: Any) -> dict[str, Any]:
        return use_cases.not_reached(call["call_id"], who, NO_ANSWER | said, self.open_work)

    def answered(self, call: dict[str, Any], who: str = "desk1", **changes: Any) -> use_cases.Outcome:
        given = Given("", "desk", who, CONTENT)._replace(**changes)
        return use_cases.answered(call["call_id"], given, self.open_work)

    def issued(self) -> int:
        return use_cases.issue_links(self.address, self.open_work)

    def secret(self, number: str, report: str = "") -> str:
        about = links.about(self.row(number)["id"], report or number)
        return self.address.keys.secret(about, self.address.keys.current)

    def filled(self, number: str, report: str = "", **changes: Any) -> tuple[Any, Any]:
        form = Filled({"solved": "no"}, "还没修好", [], "", "", "phone")._replace(**changes)
        return use_cases.answer_page(self.secret(number, report), form, self.open_work)


@pytest.fixture
def calls(town: TemporaryTown) -> Calls:
    return Calls(town, ANY)


def test_fifty_takers_at_once_get_fifty_different_calls(calls: Calls) -> None:
    numbers = calls.asked(*(f"F-{n}" for n in range(60)))
    url, gate = calls.town.secrets.read("callback", "database_url"), threading.Barrier(50)

    def take(who: str) -> list[dict[str, Any]]:
        """As a process of its own: with its own connection."""
        open_work = opener(Pool(url, 1, "test"), NullRelay(), "/test/callback", Work)
        gate.wait(60)
        return use_cases.take_calls(who, 1, open_work).calls

    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(take, [f"taker{n}" for n in range(50)]))
    got = [call["number"] for hand in taken for call in hand]
    assert len(got) == len(set(got)) == 50 and set(got) <= set(numbers)
    assert {call["number"] for call in calls.take("late", 50)} == set(numbers) - set(got)
    assert calls.take("later", 50) == []


def test_the_urgent_come_first_then_the_oldest(calls: Calls) -> None:
    calls.asked("O-1", "O-2")
    calls.asked("O-3", level="P2")
    calls.asked("O-4", level="P1")
    assert [call["number"] for call in calls.take(most=3)] == ["O-4", "O-3", "O-1"]
    with calls.open_work() as work:
        shown = views.calls(work, "due", 500)
    assert [row["number"] for row in shown["calls"]] == ["O-2"]
    counts = shown["counts"]
    assert (counts["due"], counts["taken"], counts["later"]) == (1, 3, 0)


def test_who_takes_again_has_the_same_calls_and_others_none_of_them(calls: Calls) -> None:
    calls.asked("T-1", "T-2")
    (first,) = calls.take()
    assert [call["call_id"] for call in calls.take()] == [first["call_id"]]
    assert [call["number"] for call in calls.take("desk2", 5)] == ["T-2"]
    assert first["questions"]["version"] and first["earlier"] == []
    calls.later(minutes=11)  # its time is over: now it is somebody else's
    taken = {call["number"]: call for call in calls.take("desk3", 5)}
    assert taken.keys() == {"T-1", "T-2"} and taken["T-1"]["call_id"] != first["call_id"]
    with pytest.raises(NotTaken, match="desk3"):
        calls.not_reached(first)
    assert calls.answered(first).taken  # what the reporter has said counts, though it took long
    with pytest.raises(NotOpen):
        calls.not_reached(taken["T-1"], "desk3")


def test_whose_time_is_over_may_still_say_what_came_of_it(calls: Calls) -> None:
    calls.asked("T-3")
    (call,) = calls.take()
    calls.later(minutes=30)
    assert calls.answered(call).taken
    assert calls.row("T-3")["state"] == "answered"


def test_handlers_do_not_get_their_own_cases(calls: Calls) -> None:
    calls.asked("H-1")
    assert calls.take("m001") == calls.take("m009") == []
    assert [call["number"] for call in calls.take("desk1")] == ["H-1"]


def test_three_attempts_then_a_link_and_said_twice_counts_once(calls: Calls) -> None:
    calls.asked("N-1")
    for attempts in (1, 2, 3):
        (call,) = calls.take()
        assert len(call["earlier"]) == attempts - 1
        said = calls.not_reached(call, note="打13812345678没人接")
        assert (said["attempts"], said["attempts_left"]) == (attempts, 3 - attempts)
        assert calls.not_reached(call, note="又说一次")["attempts"] == attempts  # nobody had heard the answer
        with pytest.raises(NotTaken):
            calls.not_reached(call, "desk2")
    assert calls.take() == []
    noted = calls.table("attempts", "follow_up_id = %s", calls.row("N-1")["id"])
    assert [(row["outcome"], row["reached"], row["note"]) for row in noted] == [
        ("no_answer", False, "打138****5678没人接")
    ] * 3
    assert calls.issued() == 1 and calls.issued() == 0
    name, data = calls.said("N-1")[-1]
    assert name == "link_due" and data["links"]["N-1"]["url"] == "https://town.example/callback/a/"
    assert calls.secret("N-1") not in str(calls.said("N-1"))
    row = calls.row("N-1")
    closes_at = dt.datetime.fromisoformat(row["closes_at"])
    assert closes_at - dt.datetime.fromisoformat(row["linked_at"]) >= dt.timedelta(days=14) - dt.timedelta(seconds=1)


def test_a_wrong_number_is_not_called_again(calls: Calls) -> None:
    calls.asked("W-1")
    assert calls.not_reached(calls.take()[0], outcome="wrong_number")["attempts_left"] == 0
    assert calls.take() == []
    assert calls.issued() == 1


def test_who_was_never_called_gets_a_link_after_three_days(calls: Calls) -> None:
    calls.asked("L-1")
    assert calls.issued() == 0
    calls.later(days=3, minutes=1)
    assert calls.issued() == 1
    assert [call["number"] for call in calls.take()] == ["L-1"]  # and may still be called


def test_a_call_that_is_given_back_is_no_attempt(calls: Calls) -> None:
    calls.asked("G-1")
    (call,) = calls.take()
    with pytest.raises(NotTaken, match="desk1"):
        use_cases.give_back(call["call_id"], "desk2", calls.open_work)
    assert use_cases.give_back(call["call_id"], "desk1", calls.open_work)["attempts"] == 0
    use_cases.give_back(call["call_id"], "desk1", calls.open_work)  # said again
    (again,) = calls.take("desk2")
    assert (again["number"], again["attempts"]) == ("G-1", 0)
    with pytest.raises(NotTaken, match="desk2"):
        calls.not_reached(call)
    with pytest.raises(CallUnknown):
        calls.not_reached({"call_id": new_id()})


def test_an_answer_on_the_telephone_counts_once_and_is_an_attempt(calls: Calls) -> None:
    calls.asked("A-1")
    (call,) = calls.take()
    assert not calls.answered(call, answers={"solved": "maybe"}).taken
    assert calls.row("A-1")["attempts"] == 0 and calls.take()[0]["call_id"] == call["call_id"]
    first = calls.answered(call)
    assert (first.taken, first.state) == (True, "answered")
    assert calls.answered(call).taken  # nobody had heard the answer
    late = calls.answered(call, answers={"solved": "no"})
    assert (late.taken, late.reason) == (False, "closed")
    with pytest.raises(NotOpen):
        calls.not_reached(call)
    row = calls.row("A-1")
    attempts = calls.table("attempts", "follow_up_id = %s", row["id"])
    assert (row["attempts"], [(a["outcome"], a["reached"]) for a in attempts]) == (1, [("answered", True)])
    assert [name for name, _ in calls.said("A-1")] == ["follow_up_planned", "case_answered"]


def test_attempts_lie_in_different_half_days_of_working_time(town: TemporaryTown) -> None:
    calls = Calls(town, HALF_DAYS)
    calls.asked("D-1")
    with calls.open_work() as work:
        times: CallTimes = work.call_times(work.call_terms())
        now = work.now()
    due = dt.datetime.fromisoformat(calls.row("D-1")["due_at"])
    assert due > now and times.open_at(due)
    called = []
    for attempt in (1, 2, 3):
        calls.later(seconds=(due - now).total_seconds() + 1)
        (call,) = calls.take()
        called.append(times.half_day(due))
        said = calls.not_reached(call)
        assert use_cases.take_calls("desk2", 1, calls.open_work).calls == []
        now = due + dt.timedelta(seconds=1)
        due = said["call_at"]
        assert (due is None) == (attempt == 3)
    assert len(set(called)) == 3
    assert calls.issued() == 1  # it is a working hour: the link may be said


def test_nobody_is_called_and_no_link_said_at_night(town: TemporaryTown) -> None:
    calls = Calls(town, HALF_DAYS)
    calls.asked("D-2")
    with calls.open_work() as work:
        times, now = work.call_times(work.call_terms()), work.now()
    far = times.next_call(now + dt.timedelta(days=7))
    night = far.replace(hour=23, minute=30)
    calls.later(seconds=(night - now).total_seconds())
    taken = use_cases.take_calls("desk1", 1, calls.open_work)
    assert taken.calls == [] and taken.opens_at and taken.opens_at > night
    assert calls.issued() == 0
    calls.later(seconds=(taken.opens_at - night).total_seconds() + 1)
    assert [call["number"] for call in calls.take()] == ["D-2"]
    assert calls.issued() == 1


def test_a_page_leads_each_reporter_to_an_answer_of_their_own(calls: Calls) -> None:
    calls.asked("P-1")
    calls.merged("P-2", "P-1")
    for _ in range(3):
        calls.not_reached(calls.take()[0])
    assert calls.issued() == 1
    assert sorted(calls.said("P-1")[-1][1]["links"]) == ["P-1", "P-2"]
    page = use_cases.open_page(calls.secret("P-1", "P-2"), calls.open_work)
    assert (page.standing, page.about["report"], page.given) == ("open", "P-2", None)
    _, outcome = calls.filled("P-1", "P-2", photos=["m-" + "0" * 40])
    assert outcome.taken and outcome.state == "open"  # the town's rule: whoever has reported it first counts
    answer = calls.table("answers", "follow_up_id = %s", calls.row("P-1")["id"])[0]
    assert (answer["report"], answer["channel"], answer["media"]) == ("P-2", "page", ["m-" + "0" * 40])
    assert answer["seconds"] is not None
    assert use_cases.open_page(calls.secret("P-1"), calls.open_work).given is None
    calls.filled("P-1", answers=CONTENT)
    calls.later(minutes=31)
    assert calls.judged() == 1 and calls.row("P-1")["solved"] == "yes"
    assert use_cases.open_page(calls.secret("P-1", "P-2"), calls.open_work).standing == "closed"


def test_an_answer_can_be_changed_until_it_is_judged(calls: Calls) -> None:
    calls.asked("P-3")
    use_cases.give_links(calls.row("P-3")["id"], "desk1", calls.address, calls.open_work)
    first, outcome = calls.filled("P-3", answers={"solved": "no"}, via="wecom")
    assert outcome.taken and first.standing == "open" and first.about["judge_at"]
    calls.later(minutes=5)
    page, outcome = calls.filled("P-3", answers=CONTENT, text="已修好,谢谢")
    assert outcome.taken and page.given and page.given["answers"] == CONTENT
    assert calls.take() == []  # who has answered is not called
    calls.later(minutes=31)
    assert calls.judged() == 1
    page, outcome = calls.filled("P-3", answers={"solved": "no"})
    assert (page.standing, outcome.taken, outcome.reason) == ("closed", False, "closed")
    kept = calls.table("answers", "follow_up_id = %s", calls.row("P-3")["id"])
    assert [row["channel"] for row in kept] == ["chat", "page"]


def test_what_nobody_gave_leads_nowhere(calls: Calls) -> None:
    calls.asked("P-4")
    page, outcome = calls.filled("P-4")
    assert (page.standing, outcome) == ("unknown", None)
    assert calls.table("answers", "follow_up_id = %s", calls.row("P-4")["id"]) == []


def test_links_by_hand_are_noted_and_the_secret_is_kept_nowhere(calls: Calls) -> None:
    calls.asked("B-1")
    follow_up = calls.row("B-1")["id"]
    given = use_cases.give_links(follow_up, "desk7", calls.address, calls.open_work)
    again = use_cases.give_links(follow_up, "desk8", calls.address, calls.open_work)
    assert given["links"] == again["links"]
    (link,) = given["links"]
    assert link["url"] == f"https://town.example/callback/a/{calls.secret('B-1')}"
    assert link["cards"]["dingtalk"]["actionCard"]["singleURL"] == f"{link['url']}?via=dingtalk"
    assert [row["who"] for row in calls.table("link_views", "follow_up_id = %s", follow_up)] == ["desk7", "desk8"]
    tables = calls.town.rows("callback", "SELECT tablename FROM pg_tables WHERE schemaname = 'callback'")
    for (table,) in tables:
        query = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%%' || %s || '%%'"
        found = calls.town.rows("callback", query, calls.secret("B-1"))
        assert found == [(0,)], table


def test_what_was_done_is_kept_masked_and_what_was_said_last_counts(calls: Calls) -> None:
    number = calls.registered("K-1")

    def done(note: str, before: list[str]) -> Any:
        data = {"round": 1, "note": note, "evidence": ["b1", "a1"], "before": before}
        return calls.message(messages.WorkResolved, number, "callback.resolved", **data)

    first, last = done("修好了", []), done("已修,电话13812345678", ["b1"])
    for heard in (last, first):
        use_cases.keep_works([heard], calls.open_work)
        (row,) = calls.table("works")
        assert (row["note"], row["before"], row["after"]) == ("已修,电话138****5678", ["b1"], ["a1"])


def test_a_hundred_thousand_are_due_on_one_morning(calls: Calls) -> None:
    """Taking the next call stays quick, however many wait."""
    with calls.town.database("callback", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO cases (id, number, kind, level, anonymous, asks_reporter)
               SELECT md5('m' || n)::uuid, 'M-' || n, 'complaint', 'P3', false, true
               FROM generate_series(1, 100000) AS n"""
        )
        cursor.execute(
            """INSERT INTO follow_ups (id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted,
                   dissatisfied_is_rework)
               SELECT md5('f' || n)::uuid, md5('m' || n)::uuid, 1, 'open', '', now(), now() - interval '1 hour',
                   now() + interval '14 days', 3, true FROM generate_series(1, 100000) AS n"""
        )
        cursor.execute("ANALYZE follow_ups; ANALYZE cases")
    started = time.monotonic()
    taken = [calls.take(f"m-taker{n}", 2) for n in range(20)]
    assert len({call["number"] for hand in taken for call in hand}) == 40
    assert time.monotonic() - started < 10
