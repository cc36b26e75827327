"""Projects: progress follows from weights alone, obstacles are cleared off with evidence, late ones are watched."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.escalation import Step
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.limits import Quiet
from services.dispatch.domain.project_acts import ACTIONS, Act, Around, Change, may_do, stopped
from services.dispatch.domain.project_rules import Watching, project_problems
from services.dispatch.domain.project_watch import supervised, watched
from services.dispatch.domain.projects import (
    CANCELLED,
    DONE,
    MILESTONE,
    OBSTACLE,
    OPEN,
    VERIFIED,
    Project,
    Task,
    dated,
    is_late,
    progress,
    road,
    standing,
)
from tests.unit.qiuchuan import CALENDAR, GRID, NAMES, at, read, roster

START, DUE, NOW = at("2026-11-23 00:00"), at("2026-12-03 00:00"), at("2026-11-25 10:00")
PROJECT = Project("park", 1, "公园", GRID, "d1")
WATCHING = Watching.of(read("rules/normal.yaml")["dispatch"])


def task(kind: str = MILESTONE, **changes: Any) -> Task:
    terms = dated(WATCHING.ladder, WATCHING.quiet, START, changes.get("due_at", DUE), CALENDAR)
    known = {"weight": 1 if kind == MILESTONE else 0, "owner_id": "w1", "starts_at": START, "due_at": DUE}
    known |= {"first_due_at": DUE, "terms": terms}
    return Task(**({"task_id": "t", "project_id": "park", "kind": kind, "title": "护岸"} | known | changes))


def around(now: dt.datetime = NOW, responsible: str = "d1", off: tuple[str, ...] = ()) -> Around:
    return Around(replace(PROJECT, responsible_id=responsible), roster(off), set(NAMES), CALENDAR, now)


def does(action: str, to: Task, by: str, beside: Around | None = None, **said: Any) -> Change | Reason:
    return ACTIONS[action][1](to, Act(by, **said), beside or around())


def changed(action: str, to: Task, by: str, beside: Around | None = None, **said: Any) -> Change:
    result = does(action, to, by, beside, **said)
    assert isinstance(result, Change), result
    assert result.task.version == to.version + 1
    return result


# progress


@pytest.mark.parametrize(
    ("milestones", "per_cent"),
    [
        ([], 0),
        ([(1, OPEN)], 0),
        ([(1, VERIFIED)], 100),
        ([(1, VERIFIED), (2, OPEN)], 33),
        ([(20, VERIFIED), (40, DONE), (30, OPEN), (10, OPEN)], 20),  # what nobody has checked counts for nothing
        ([(999, VERIFIED), (1, OPEN)], 99),  # never 100 before all is reached
        ([(5, VERIFIED), (5, CANCELLED)], 100),  # what is not needed any more is in nobody's way
        ([(5, CANCELLED)], 0),
    ],
)
def test_progress_is_the_verified_share_of_the_weights(milestones: list[tuple[int, str]], per_cent: int) -> None:
    assert progress([task(weight=weight, state=state) for weight, state in milestones]) == per_cent


STATES = st.sampled_from([OPEN, DONE, VERIFIED, CANCELLED])
MILESTONES = st.lists(st.tuples(st.integers(1, 1000), STATES), max_size=12)
OBSTACLES = st.lists(STATES, max_size=4)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))


@given(MILESTONES, OBSTACLES, MOMENTS, st.sampled_from(NAMES))
def test_progress_holds_by_weights_alone(
    milestones: list[tuple[int, str]], obstacles: list[str], due: dt.datetime, owner: str
) -> None:
    """From 0 to 100, 100 only when all are reached; obstacles, dates, owners, notes and the order change nothing; each
    milestone that is verified moves it up or not at all, never down."""
    plain = [task(weight=weight, state=state) for weight, state in milestones]
    known = progress(plain)
    assert 0 <= known <= 100
    counting = [one for one in plain if one.state != CANCELLED]
    assert (known == 100) == (bool(counting) and all(one.state == VERIFIED for one in counting))
    others = [task(OBSTACLE, state=state) for state in obstacles]
    adorned = [replace(one, due_at=due, owner_id=owner, note="好", supervision="red") for one in reversed(plain)]
    assert progress(others + adorned) == known
    for number, one in enumerate(plain):
        if one.state not in (VERIFIED, CANCELLED):
            plain[number] = replace(one, state=VERIFIED)
            assert progress(plain) >= known
            known = progress(plain)
    assert known == (100 if counting else 0)


def test_the_road_shows_dates_shares_and_how_far_it_is_by_then() -> None:
    tasks = [
        task(title="验收", weight=1, due_at=at("2026-12-20 00:00")),
        task(title="设计", weight=2, state=VERIFIED, done_at=NOW),
        task(title="不做", weight=9, state=CANCELLED),
        task(OBSTACLE),
    ]
    shown = road(tasks, NOW)
    assert [(m["title"], m["share"], m["by_then"], m["state"], m["late"]) for m in shown] == [
        ("设计", 66.7, 66, VERIFIED, False),
        ("验收", 33.3, 100, OPEN, False),
    ]


@pytest.mark.parametrize(
    ("changes", "now", "late"),
    [
        ({}, DUE, False),
        ({}, DUE + dt.timedelta(seconds=1), True),
        ({"state": DONE, "done_at": DUE}, DUE + dt.timedelta(days=9), False),  # done in time, checked late
        ({"state": VERIFIED, "done_at": DUE + dt.timedelta(seconds=1)}, DUE, True),
        ({"state": CANCELLED}, DUE + dt.timedelta(days=9), False),
    ],
)
def test_late_is_what_was_not_done_when_it_was_due(changes: dict[str, Any], now: dt.datetime, late: bool) -> None:
    assert is_late(task(**changes), now) == late


def test_a_project_is_finished_when_all_is_reached_and_nothing_is_in_the_way() -> None:
    reached, obstacle = task(state=VERIFIED, done_at=NOW), task(OBSTACLE, state=DONE, done_at=NOW)
    stands = standing(PROJECT, [reached, obstacle], NOW)
    assert (stands["state"], stands["progress"], stands["obstacles_open"]) == (OPEN, 100, 1)
    cleared = replace(obstacle, state=VERIFIED)
    stands = standing(PROJECT, [reached, cleared], NOW)
    assert (stands["state"], stands["obstacles_open"], stands["obstacles_cleared"]) == ("finished", 0, 1)
    assert standing(replace(PROJECT, cancelled_at=NOW), [reached, cleared], NOW)["state"] == CANCELLED


# what is done, and by whom


def test_an_obstacle_is_cleared_off_with_evidence_and_checked_by_somebody_else() -> None:
    refused = does("done", task(OBSTACLE), "w1", note="拆完了")
    assert isinstance(refused, Reason) and refused.field == "evidence"
    done = changed("done", task(OBSTACLE), "w1", note="拆完了", evidence=("m-1",))
    assert (done.task.state, done.task.evidence, done.task.done_at) == (DONE, ("m-1",), NOW)
    assert done.to_member_id == done.task.checker_id == "d1"
    own = does("verify", done.task, "w1")
    assert isinstance(own, Reason) and own.field == "by"
    passed = changed("verify", done.task, "d1", note="属实")
    assert (passed.task.state, passed.task.verified_by, passed.task.checker_id) == (VERIFIED, "d1", None)
    assert passed.task.next_step is None


def test_who_reports_it_for_the_owner_does_not_check_it_either() -> None:
    done = changed("done", task(), "d1", note="好")
    assert (
        done.task.checker_id == "l1"
    )  # the leader of the owner's grid, not whoever answers for it and has reported it
    assert isinstance(does("verify", done.task, "d1"), Reason)
    assert changed("verify", done.task, "l1").task.state == VERIFIED


@pytest.mark.parametrize(
    ("owner", "responsible", "by", "off", "checker"),
    [
        ("w1", "d1", "w1", (), "d1"),  # whoever answers for the project
        ("w1", "w1", "w1", (), "l1"),  # … unless that is the owner: the leader of its grid
        ("w1", "w1", "w1", ("l1",), "c1"),
        ("l1", "l1", "l1", (), "c1"),
        ("w1", "w1", "w1", ("l1", "c1", "l2", "d1", "d2"), "d1"),  # the desk, on duty or not
    ],
)
def test_who_is_asked_to_check(owner: str, responsible: str, by: str, off: tuple[str, ...], checker: str) -> None:
    done = changed("done", task(owner_id=owner), by, around(NOW, responsible, off), note="好")
    assert done.task.checker_id == checker


def test_what_is_sent_back_is_yellow_and_watched_again() -> None:
    done = changed("done", task(), "w1", note="好").task
    assert done.next_step is None
    back = changed("send-back", done, "d1", reason="护岸有裂缝")
    assert (back.task.state, back.task.supervision, back.task.done_at, back.task.note) == (OPEN, "yellow", None, "")
    assert back.why == "护岸有裂缝" and back.task.next_step_at == task().next_step_at
    assert changed("send-back", replace(done, supervision="red"), "d1", reason="x").task.supervision == "red"


def test_another_date_keeps_the_first_and_begins_the_ladder_anew() -> None:
    late = replace(task(), supervision="red")
    for step in late.terms.ladder[:2]:
        late = replace(late, terms=late.terms.fired(step, DUE, CALENDAR))
    now, due = at("2026-12-05 09:00"), at("2026-12-15 09:00")
    new = changed("redate", late, "d1", around(now), due_at=due, reason="连日降雨").task
    assert (new.due_at, new.first_due_at, new.supervision) == (due, DUE, "none")
    assert [step.fired_at for step in new.terms.ladder] == [None] * 4
    assert new.next_step_at == at("2026-12-13 09:00")  # 80 % of what is left
    for wrong, field in ((now, "due_at"), (DUE, "due_at")):
        refused = does("redate", late, "d1", around(now), due_at=wrong, reason="x")
        assert isinstance(refused, Reason) and refused.field == field
    assert isinstance(does("redate", late, "w1", around(now), due_at=due, reason="x"), Reason)  # nobody their own


def test_handed_on_and_cancelled_by_somebody_else_than_the_owner() -> None:
    on = changed("reassign", task(), "d1", owner_id="w3", reason="调岗")
    assert (on.task.owner_id, on.to_member_id, on.facts) == ("w3", "w1", {"owner_id": "w1"})
    for owner, field in (("w1", "owner_id"), ("nobody", "owner_id")):
        refused = does("reassign", task(), "d1", owner_id=owner, reason="x")
        assert isinstance(refused, Reason) and refused.field == field
    assert isinstance(does("cancel", task(), "w1", reason="x"), Reason)
    gone = changed("cancel", task(), "d1", reason="并入二期")
    assert (gone.task.state, gone.task.next_step) == (CANCELLED, None)


ALLOWED = {
    OPEN: {"progress", "done", "redate", "reassign", "cancel"},
    DONE: {"verify", "send-back", "cancel"},
    VERIFIED: set[str](),
    CANCELLED: set[str](),
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_done_in_which_state(state: str, action: str) -> None:
    done = {"done_at": NOW, "done_by": "w1"} if state in (DONE, VERIFIED) else {}
    said = {"note": "n", "reason": "r", "due_at": at("2026-12-24 00:00"), "owner_id": "w2", "evidence": ("m",)}
    result = does(action, task(state=state, **done), "d2", **said)
    if action in ALLOWED[state]:
        assert isinstance(result, Change)
    else:
        assert isinstance(result, Reason) and result.field == "state" and result.repair


def test_whose_it_is_to_do() -> None:
    asked = task(checker_id="c1")
    assert set(may_do("done", asked, PROJECT)) == {"d1", "w1"}
    assert set(may_do("verify", asked, PROJECT)) == {"d1", "c1"}
    assert set(may_do("redate", asked, PROJECT)) == {"d1", None}


def test_a_project_with_open_obstacles_is_not_cancelled() -> None:
    milestone, reached = task(title="护岸"), task(title="设计", state=VERIFIED, done_at=NOW)
    obstacle = task(OBSTACLE, title="违建未拆")
    refused = stopped(PROJECT, [milestone, reached, obstacle], "d2", "改线")
    assert isinstance(refused, Reason) and refused.field == "state" and "违建未拆 (w1, open)" in refused.problem
    done = replace(obstacle, state=DONE, done_at=NOW)
    assert isinstance(stopped(PROJECT, [done], "d2", "改线"), Reason)  # nobody has checked that it is gone
    changes = stopped(PROJECT, [milestone, reached, replace(done, state=VERIFIED)], "d2", "改线")
    assert isinstance(changes, list) and [(c.task.title, c.task.state, c.why) for c in changes] == [
        ("护岸", CANCELLED, "改线")
    ]
    assert isinstance(stopped(replace(PROJECT, cancelled_at=NOW), [], "d2", "x"), Reason)


# the watch


def test_the_ladder_of_a_task_by_the_town_s_rules() -> None:
    """Ten days from Monday on: 80 % is Tuesday of the next week; its date is a Thursday; working days after it."""
    one = task()
    times = {step.step: step.at for step in one.terms.ladder}
    assert times == {
        1: at("2026-12-01 07:00"),  # at 00:00 nobody is bothered
        2: at("2026-12-03 07:00"),
        3: at("2026-12-09 17:30"),
        4: at("2026-12-30 17:30"),
    }
    said = []
    while step := one.next_step:
        assert step.at
        change = supervised(one, step, roster(), [GRID], CALENDAR, step.at)
        one = change.task
        said.append((step.step, one.supervision, change.to_member_id, change.facts["measure"]))
    assert said == [
        (1, "blue", None, "remind"),
        (2, "yellow", "l1", "yellow_card"),
        (3, "red", "d1", "red_card"),
        (4, "red", "d1", "public_notice"),
    ]
    assert one.version == 5


def test_without_a_ladder_of_its_own_the_town_s_steps_watch() -> None:
    section = {name: part for name, part in read("rules/normal.yaml")["dispatch"].items() if name != "projects"}
    watching = Watching.of(section)
    assert [step.step for step in watching.ladder] == [6, 7, 8, 9]
    assert watching.quiet == Quiet(dt.time(22), dt.time(7), frozenset({"P1", "P2"}))
    assert Watching.of({}) == Watching()


def test_what_was_entered_before_any_rules_is_watched_once_there_are_some() -> None:
    bare = replace(task(), terms=dated((), None, START, DUE, CALENDAR), watched=False)
    assert bare.next_step is None
    assert watched(bare, WATCHING, CALENDAR) == task()


def test_whoever_leads_hears_and_the_desk_when_nobody_does() -> None:
    step = Step.of({"step": 1, "when": "not_resolved", "after": 1.0, "measure": "escalate", "to": "leader"})
    for owner, off, to in (("w1", ("l1",), "d1"), ("l1", (), "d1"), ("d1", (), None), ("gone", (), "l1")):
        assert supervised(task(owner_id=owner), step, roster(off), [GRID], CALENDAR, DUE).to_member_id == to


STEP = {"step": 1, "when": "not_resolved", "after": 0.8, "measure": "remind", "to": "worker"}


@pytest.mark.parametrize(
    ("part", "places"),
    [
        (None, []),
        ({"ladder": [STEP, STEP | {"step": 2, "later": "1 working_day"}]}, []),
        ({}, [("projects",)]),
        ([], [("projects",)]),
        ({"ladder": []}, [("projects", "ladder")]),
        ({"ladder": [STEP], "more": 1}, [("projects",)]),
        ({"ladder": [STEP, STEP]}, [("projects", "ladder", 1, "step")]),
        ({"ladder": ["x"]}, [("projects", "ladder", 0)]),
        ({"ladder": [STEP | {"when": "not_acknowledged"}]}, [("projects", "ladder", 0, "when")]),
        ({"ladder": [STEP | {"after": 0}]}, [("projects", "ladder", 0, "after")]),
        ({"ladder": [STEP | {"after": True}]}, [("projects", "ladder", 0, "after")]),
        ({"ladder": [STEP | {"after": float("nan")}]}, [("projects", "ladder", 0, "after")]),
        ({"ladder": [STEP | {"later": "soon"}]}, [("projects", "ladder", 0, "later")]),
        ({"ladder": [STEP | {"later": 5}]}, [("projects", "ladder", 0, "later")]),
        ({"ladder": [STEP | {"step": "1"}]}, [("projects", "ladder", 0, "step")]),
        (
            {"ladder": [STEP | {"to": "mayor", "measure": "shout"}]},
            [("projects", "ladder", 0, n) for n in ("measure", "to")],
        ),
        ({"ladder": [{"step": 1}]}, [("projects", "ladder", 0)] * 4),
        ({"ladder": [STEP | {"who": "x"}]}, [("projects", "ladder", 0, "who")]),
    ],
)
def test_rules_about_projects_are_refused_whole(part: Any, places: list[tuple[Any, ...]]) -> None:
    found = project_problems(part)
    assert sorted(place for place, _, _ in found) == places
    assert all(problem and repair for _, problem, repair in found)
