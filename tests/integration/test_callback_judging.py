"""What answers come to on a real database: rounds, demands that two look at, objections, samples topped up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.callback import use_cases, views
from services.callback.domain.sampling import month_before
from tests.support.follow_ups import FollowUps
from tests.support.town import TemporaryTown

ASK = {"kinds": ["complaint"], "levels": ["P1"], "sources": ["mayor"], "sample_percent": 10}
RULES = {"ask": ASK, "when": "at_once", "attempts": 3, "window": "14 day", "dissatisfied_is_rework": True}
NOT_SOLVED = {"solved": "no", "satisfaction": "dissatisfied"}
DISSATISFIED = {"solved": "yes", "satisfaction": "dissatisfied"}


@pytest.fixture
def asked(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FollowUps]:
    folder = tmp_path_factory.mktemp("judging-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, services=("callback",)) as town:
        yield FollowUps(town, RULES)


def test_three_rounds_make_a_problem_case(asked: FollowUps) -> None:
    number = asked.registered("R-1")
    for round_ in (1, 2, 3):
        asked.verified(number, round_)
        assert asked.answers(number, round_, answers=NOT_SOLVED, text="还是不亮").rework
    reworks = [data for name, data in asked.said(number) if name == "rework_asked"]
    assert [(one["round"], one["to"], one["problem"]) for one in reworks] == [
        (2, "unit", False), (3, "superior", False), (4, "superior", True)
    ]  # fmt: skip
    assert all(one["text"] == "还是不亮" and one["report"] == number for one in reworks)


def test_two_of_the_desk_must_find_a_demand_unreasonable(asked: FollowUps) -> None:
    look = use_cases.look_at_demand
    number = asked.registered("D-1")
    asked.verified(number)
    proposed = asked.answers(number, answers=DISSATISFIED, unreasonable="要求赔偿十万")
    assert (proposed.state, proposed.rework) == ("open", None)
    follow_up = asked.row(number)["id"]
    assert [(row["number"], row["demand"], row["proposed_by"]) for row in to_look_at(asked)] == [
        (number, "proposed", "desk1")
    ]
    assert look(follow_up, "desk1", False, "同上", asked.open_work)[1][0] == "same_person"  # type: ignore[index]
    assert look(follow_up, "m001", False, "同上", asked.open_work)[1][0] == "own_case"  # type: ignore[index]
    row, refused = look(follow_up, "desk2", False, "属实", asked.open_work)
    assert refused is None and (row["state"], row["rework"], row["counts"]) == ("answered", False, False)
    assert asked.said(number)[-1][1]["counts"] is False
    assert [one["who"] for one in asked.table("demands", "follow_up_id = %s", follow_up)] == ["desk1", "desk2"]
    assert look(follow_up, "desk3", True, "合理", asked.open_work)[1][0] == "closed"  # type: ignore[index]
    assert to_look_at(asked) == []


def to_look_at(asked: FollowUps) -> list[dict[str, Any]]:
    """What the desk sees of demands that wait."""
    with asked.open_work() as work:
        return views.follow_ups(work, views.TO_LOOK_AT, None, 500)


def test_a_demand_that_only_one_has_called_unreasonable_counts_as_reasonable(asked: FollowUps) -> None:
    number, other = asked.registered("D-2"), asked.registered("D-3")
    for one in (number, other):
        asked.verified(one)
        asked.answers(one, answers=DISSATISFIED, unreasonable="无理")
    row, refused = use_cases.look_at_demand(asked.row(other)["id"], "desk2", True, "有理", asked.open_work)
    assert refused is None and row["rework"] is True
    asked.later(4)
    asked.judged()
    assert asked.row(number)["rework"] is True


def test_a_new_answer_begins_anew_with_its_demand(asked: FollowUps) -> None:
    asked.rules(RULES | {"look": "1 day"})
    number = asked.registered("D-4")
    asked.verified(number)
    page: dict[str, Any] = {"channel": "page", "by": "reporter"}
    asked.answers(number, **page, answers=DISSATISFIED, text="太慢")
    follow_up = asked.row(number)["id"]
    (waiting,) = to_look_at(asked)
    assert (waiting["demand"], waiting["answers"][0]["text"]) == (None, "太慢")
    row, refused = use_cases.look_at_demand(follow_up, "desk1", False, "无理", asked.open_work)
    assert refused is None and row["demand"] == "proposed"
    asked.answers(number, **page, answers={"solved": "partly", "satisfaction": "dissatisfied"})
    assert asked.row(number)["demand"] is None
    wrong = asked.answers(number, **page, answers=DISSATISFIED, unreasonable="x")
    assert wrong.reason == "bad_answers"


@pytest.mark.parametrize(("days", "reason"), [(1, ""), (13.9, ""), (15, "too_late")])
def test_the_reporter_may_object_for_some_days(asked: FollowUps, days: float, reason: str) -> None:
    root = asked.registered("O-1")
    asked.merged("O-2", root, source="portal")
    asked.verified(root)
    early = use_cases.take_objection(root, "desk1", None, "不行", asked.open_work)
    assert early.refused and early.refused[0] == "too_soon"
    asked.answers(root)
    asked.later(days)
    foreign = use_cases.take_objection("O-2", "hotline", "hotline", "还没好", asked.open_work)
    assert foreign.refused and foreign.refused[0] == "unknown"
    objected = use_cases.take_objection("O-2", "portal", "portal", "还没好,13812345678", asked.open_work)
    assert (objected.refused or ("",))[0] == reason
    if reason:
        assert "report it as a new case" in objected.refused[1]  # type: ignore[index]
        return
    assert use_cases.take_objection("O-2", "portal", "portal", "还没好", asked.open_work) == objected
    name, data = asked.said(root)[-1]
    assert (name, data["round"], data["closed_before"], data["objection"]) == ("rework_asked", 2, True, True)
    assert data["text"] == "还没好,138****5678"
    asked.verified(root, 2)
    assert asked.row(root, 2)["state"] == "open"


def test_a_month_is_topped_up_once_it_is_over(asked: FollowUps) -> None:
    asked.rules(RULES | {"ask": ASK | {"sample_percent": 0}})
    numbers = [asked.registered(f"T-{n}", kind="help", category="0103") for n in range(21)]
    numbers += [asked.registered(f"T-{n}", kind="help", category="0203") for n in range(21, 25)]
    for number in numbers:
        assert asked.verified(number) == ["waived"]
    asked.registered("T-m", kind="help", source="mayor")
    assert asked.verified("T-m") == ["planned"]
    asked.rules(RULES)
    assert use_cases.top_up(asked.open_work) == 0  # the month is not over
    with asked.open_work() as work:
        month = views.town_month(work)
        assert work.seed(month) == work.seed(month) and views.seed_of(work, month) is None  # nobody is told before
        assert work.seed("2026-01") == views.seed_of(work, "2026-01")
    asked.later(31)
    month = asked.row("T-1")["month"]
    assert month_before(f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=31):%Y-%m}") == month
    assert use_cases.top_up(asked.open_work) == 3 + 1  # a tenth of 21 is 3, of 4 it is one
    assert use_cases.top_up(asked.open_work) == 0
    chosen = asked.table("follow_ups", "basis = 'topped_up'")
    assert {one["state"] for one in chosen} == {"open"}
    assert all("0/21 < 10 %" in one["why"] or "0/4 < 10 %" in one["why"] for one in chosen)
    assert all("not in the sample" in one["was"] for one in chosen)
    number = next(one for one in numbers if asked.row(one)["basis"] == "topped_up")
    assert asked.answers(number, answers=NOT_SOLVED).rework
    assert [(name, data.get("closed_before")) for name, data in asked.said(number)] == [
        ("case_answered", False), ("follow_up_planned", None), ("rework_asked", True)
    ]  # fmt: skip


def test_what_is_striking_is_marked_and_a_sample_is_asked_again(asked: FollowUps) -> None:
    page: dict[str, Any] = {"channel": "page", "by": "reporter", "device": "phone-1", "seconds": 60}
    numbers = [asked.registered(f"M-{n}") for n in range(5)]
    for n, number in enumerate(numbers):
        asked.verified(number)
        asked.answers(number, **(page | {"seconds": 2} if n == 0 else page))
    found = {(one["follow_up_id"], one["reason"]) for one in asked.table("marks")}
    ids = [asked.row(number)["id"] for number in numbers]
    assert found == {(ids[0], "quick")} | {(one, r) for one in ids[2:] for r in ("series_of_device", "one_handler")}
    asked.later(minutes=31)
    asked.judged()
    month = asked.row("M-0")["month"]
    assert use_cases.ask_again("mayor", month, 2, None, True, "抽查", asked.open_work) == 2
    assert use_cases.ask_again("mayor", month, 9, "g001", True, "抽查", asked.open_work) == 2  # not the same again
    first = asked.table("reasks")[0]["id"]
    again = use_cases.answer_again
    assert again(first, "m002", NOT_SOLVED, "", asked.open_work)[1][0] == "own_case"  # type: ignore[index]
    both, refused = again(first, "desk2", NOT_SOLVED, "其实没修,13812345678", asked.open_work)
    assert refused is None
    assert [one["question"] for one in both["differences"]] == ["satisfaction", "solved"]
    assert again(first, "desk2", NOT_SOLVED, "", asked.open_work)[1][0] == "closed"  # type: ignore[index]
    (kept,) = asked.table("reasks", "id = %s", first)
    assert kept["text"] == "其实没修,138****5678"
    assert {one["rework"] for one in asked.table("follow_ups")} == {False}  # it changes nothing about the cases


def test_figures_have_denominators_and_bounds(asked: FollowUps) -> None:
    for n in range(30):
        number = asked.registered(f"F-{n}", category="0103" if n % 2 else "0203")
        asked.verified(number, unit="g001" if n < 20 else "g002")
        content = {"solved": "yes", "satisfaction": "satisfied" if n % 3 else "dissatisfied"}
        if n < 26:
            asked.answers(number, answers=content, unreasonable="无理" if n == 0 else "", text=f"路灯 {n}")
    asked.registered("F-a", anonymous=True, category="0203")
    asked.registered("F-h", kind="help", category="0203")
    asked.verified("F-a")
    asked.verified("F-h")
    use_cases.look_at_demand(asked.row("F-0")["id"], "desk9", False, "属实", asked.open_work)
    asked.later(15)
    asked.judged()
    month = asked.row("F-0")["month"]
    with asked.open_work() as work:
        (town,) = views.figures_by(work, "town", None, month, month)
        units = {row["of"]: row for row in views.figures_by(work, "unit", None, month, month)}
        (only,) = views.figures_by(work, "category", "0103", month, month)
        words = views.words(work, month, None, "0103")
        gauges = {gauge[0]: gauge[3] for gauge in views.gauges(work)}
    assert (town["response"]["hits"], town["response"]["of"]) == (26, 30)
    assert town["not_counted"] == 1 and town["satisfaction"]["of"] == 25
    assert (town["satisfaction"]["hits"], town["alarm"]) == (17, True)
    assert town["not_asked"] == {"nobody": 0, "unreachable": 1, "left_out": 1, "withdrawn": 0}
    assert (units["g001"]["response"]["of"], units["g002"]["response"]["of"]) == (20, 10)
    assert units["g002"]["alarm"] is False  # ratings of a few are no alarm
    assert only["matters"] == 15
    assert {one["word"]: one["texts"] for one in words["words"]} == {"路灯": 13}
    assert gauges["wangge_follow_up_satisfaction_alarm"] == [(["town"], 1), (["units"], 0)]
    shares, matters = (dict(map(_named, gauges[f"wangge_follow_up_{name}"])) for name in ("share", "matters"))
    for figure in ("response", "resolution", "satisfaction"):
        assert [shares[figure, bound] for bound in ("share", "low", "high")] == [
            town[figure][bound] for bound in ("share", "low", "high")
        ]
    assert (matters[("asked",)], matters[("not_asked_unreachable",)], matters[("not_counted",)]) == (30, 1, 1)
    assert gauges["wangge_follow_up_attempts"] == [([], 0)] and gauges["wangge_follow_up_answer_seconds"]
    assert dict(map(_named, gauges["wangge_follow_up_word_texts"])) == {("路灯",): 26}


def _named(sample: tuple[list[str], float]) -> tuple[tuple[str, ...], float]:
    return tuple(sample[0]), sample[1]
