"""Answers on a real database: by whatever channel, of several reporters, changed, late, and twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.callback.use_cases import Given, answer
from tests.support.follow_ups import CONTENT, FollowUps
from tests.support.town import TemporaryTown

ASK = {"kinds": ["complaint"], "levels": ["P1"], "sample_percent": 0}
RULES = {"ask": ASK, "when": "at_once", "attempts": 3, "window": "14 day", "dissatisfied_is_rework": True}
PAGE = {"channel": "page", "by": "reporter"}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("asked-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, services=("callback",)) as town:
        yield town


@pytest.fixture
def asked(town: TemporaryTown) -> FollowUps:
    return FollowUps(town, RULES)


def test_a_call_is_judged_at_once_and_the_same_again_is_taken_once(asked: FollowUps) -> None:
    number = asked.registered("A-1")
    assert asked.verified(number) == ["planned"]
    taken = asked.answers(number, text="电话13812345678")
    assert (taken.taken, taken.state, taken.rework) == (True, "answered", False)
    assert asked.answers(number, text="电话13812345678")._replace(judged_at=None) == taken._replace(judged_at=None)
    late = asked.answers(number, answers={"solved": "no"})
    assert (late.taken, late.reason, late.given["text"]) == (False, "closed", "电话138****5678")
    assert len(asked.table("answers", "follow_up_id = %s", asked.row(number)["id"])) == 1
    assert [name for name, _ in asked.said(number)] == ["follow_up_planned", "case_answered"]


def test_a_page_is_judged_a_while_later_and_can_be_changed_until_then(asked: FollowUps) -> None:
    number = asked.registered("A-2")
    asked.verified(number)
    first = asked.answers(number, **PAGE, answers={"solved": "no"}, device="phone", seconds=12.5)
    assert (first.state, first.rework) == ("open", None)
    assert first.judged_at and first.judged_at > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20)
    asked.later(minutes=20)
    changed = asked.answers(number, **PAGE, answers=CONTENT)
    assert changed.judged_at and changed.judged_at > first.judged_at
    assert asked.judged() == 0
    asked.later(minutes=31)
    assert asked.judged() == 1
    row = asked.row(number)
    assert (row["state"], row["solved"], row["rework"]) == ("answered", "yes", False)
    answers = asked.table("answers", "follow_up_id = %s", row["id"])
    assert len(answers) == 2 and row["answer_id"] == answers[1]["id"]
    assert answers[0]["device"] not in (None, "phone")
    late = asked.answers(number, **PAGE, answers={"solved": "partly"})
    assert (late.taken, late.reason) == (False, "closed")


def test_refusals_are_values_with_reasons(asked: FollowUps) -> None:
    number = asked.registered("A-3")
    asked.verified(number)
    follow_up = asked.row(number)["id"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"by": "m002"}, "own_case"),
        ({"by": "m009"}, "own_case"),
        ({"answers": {"solved": "maybe"}}, "bad_answers"),
        ({"answers": {"satisfaction": "satisfied"}}, "bad_answers"),
        ({"answers": CONTENT | {"reasons": ["nothing"]}}, "bad_answers"),
        ({"version": "0" * 12}, "bad_answers"),
        ({"channel": "pigeon"}, "bad_answers"),
        ({"report": "A-1"}, "not_a_reporter"),
        ({"follow_up_id": "00000000-0000-7000-8000-000000000000"}, "unknown"),
        ({}, ""),
    ]
    usual: dict[str, Any] = {"follow_up_id": follow_up, "channel": "desk", "by": "desk1", "answers": CONTENT}
    outcomes = answer([Given(**(usual | change)) for change, _ in cases], asked.open_work)
    assert [(one.reason, one.taken) for one in outcomes] == [(reason, not reason) for _, reason in cases]
    assert all(" / " in one.text for one in outcomes if not one.taken)
    assert asked.row(number)["state"] == "answered"


def test_nobody_answers_in_time(asked: FollowUps) -> None:
    number = asked.registered("A-4")
    asked.verified(number)
    asked.later(15)
    assert asked.judged() >= 1
    assert asked.answers(number).reason == "closed"
    assert asked.row(number)["state"] == "expired"
    assert asked.said(number)[-1][1] | {"why": ""} == {
        "number": number, "round": 1, "outcome": "expired", "satisfaction": "unrated", "why": "", "closed_before": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("whose", "says", "solved", "when"),
    [
        ("first", [(2, "no")], None, "waits"),
        ("first", [(2, "no"), (0, "yes")], "yes", "at once"),
        ("first", [(2, "no"), (1, "yes")], "no", "at the end"),
        ("majority", [(0, "yes")], None, "waits"),
        ("majority", [(0, "yes"), (1, "no")], "no", "at the end"),  # as many: for whoever is not content
        ("majority", [(0, "yes"), (1, "yes")], "yes", "at once"),
        ("worst", [(0, "yes"), (1, "no")], "no", "at the end"),
        ("worst", [(0, "yes"), (1, "yes"), (2, "yes")], "yes", "at once"),
        ("worst", [(1, "no, and dissatisfied")], "no", "at once"),
    ],
)
def test_one_follow_up_per_matter_and_the_rule_says_whose_answer_counts(
    asked: FollowUps, whose: str, says: list[tuple[int, str]], solved: str | None, when: str
) -> None:
    asked.rules(RULES | {"whose": whose})
    name = f"W-{whose}-{len(says)}-{when}-{solved}-{says[0][0]}"
    numbers = [asked.registered(f"{name}-{n}") for n in range(2)] + [f"{name}-2"]  # the last was never registered
    asked.merged(numbers[2], numbers[1])
    asked.merged(numbers[1], numbers[0])
    asked.merged(f"{name}-3", numbers[0], anonymous=True)
    asked.verified(numbers[0])
    for reporter, word in says:
        answers = {"solved": word[:3].strip(" ,")} | ({"satisfaction": "dissatisfied"} if "dis" in word else {})
        assert asked.answers(numbers[0], report=numbers[reporter], answers=answers).taken
    row = asked.row(numbers[0])
    assert row["state"] == ("answered" if when == "at once" else "open")
    if when == "at the end":
        asked.later(15)
        asked.judged()
        row = asked.row(numbers[0])
        assert row["state"] == "answered"
    assert row["solved"] == solved
    assert len(asked.table("follow_ups f JOIN cases c ON c.id = f.case_id", "c.number LIKE %s", f"{name}-%")) == 1


def test_who_is_taken_out_of_a_matter_answers_for_it_no_more(asked: FollowUps) -> None:
    root, other = asked.registered("S-1"), asked.registered("S-2")
    asked.merged(other, root)
    asked.verified(root)
    asked.registered(other)  # registered again: it stands for itself
    assert asked.answers(root, report=other).reason == "not_a_reporter"
    assert asked.answers(root).taken


def test_the_erased_are_not_asked_but_who_reported_with_them_is(asked: FollowUps) -> None:
    alone, root = asked.registered("E-1"), asked.registered("E-2")
    asked.merged("E-3", root)
    asked.verified(alone)
    asked.verified(root)
    assert asked.erased(alone) == ["done"] and asked.erased(root) == ["done"]
    assert asked.row(alone)["state"] == "waived"
    assert asked.answers(root, report=root).reason == "not_a_reporter"
    assert asked.row(root)["state"] == "open"
    assert asked.erased("E-3") == ["done"]  # it was never registered here, and is known all the same
    assert asked.row(root)["state"] == "waived"
    assert asked.erased("E-4") == ["too_early"]


def test_who_reported_the_same_matter_answers_when_the_first_is_erased(asked: FollowUps) -> None:
    root = asked.registered("E-5")
    asked.merged("E-6", root)
    asked.verified(root)
    asked.erased(root)
    assert asked.answers(root, report="E-6").taken


def test_what_is_withdrawn_takes_no_answer(asked: FollowUps) -> None:
    number = asked.registered("X-1")
    asked.verified(number)
    asked.answers(number, **PAGE)
    asked.withdrawn(number)
    assert asked.answers(number).reason == "closed"
    asked.later(1)
    asked.judged()
    assert asked.row(number)["state"] == "waived"
