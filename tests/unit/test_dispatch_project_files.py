"""Projects that are entered by projects.yaml and by tables: every row is answered; what goes out can come in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from marshmallow import ValidationError

from services.dispatch.adapters.projects import projects_as, read_entries, read_table, report_as_csv, told
from services.dispatch.domain.project_entries import Entered, Known, enter
from services.dispatch.domain.project_rules import Watching
from services.dispatch.domain.projects import VERIFIED, Project, shown
from services.dispatch.messages.projects import When
from shared.tables import TableError, csv_of, xlsx_of
from tests.unit.qiuchuan import CALENDAR, GRID, NAMES, TOWN, ZONE, at

NOW = at("2026-11-23 09:00")
COLUMNS = ("项目编号", "项目名称", "区域", "项目责任人", "责任书", "类型", "任务", "权重", "任务责任人", "开始", "截止")
HEAD = ("park", "公园", GRID, "d1", "年内开工")
ROWS = (
    (*HEAD, "里程碑", "设计", "20", "w1", "", "2026-12-31"),
    ("park", "", "", "", "", "milestone", "护岸", "", "w2", "2026/12/1", "2027年3月31日"),
    ("park", "", "", "", "", "问题", "违建未拆", "", "w3", "", "2026-12-31T18:00:00+08:00"),
)


def known(projects: dict[str, Project] | None = None, tasks: dict[str, Any] | None = None) -> Known:
    return Known(projects or {}, tasks or {}, set(NAMES), {GRID}, CALENDAR, Watching(), NOW)


def table(path: Path, rows: Sequence[Sequence[Any]], columns: Sequence[str] = COLUMNS) -> Path:
    data = xlsx_of([columns, *rows]) if path.suffix == ".xlsx" else csv_of([columns, *rows]).encode()
    path.write_bytes(data)
    return path


def entered(path: Path, to: Known | None = None) -> Entered:
    given, wrong = read_table(path)
    assert not wrong
    return enter(given, (f"t{number}" for number in range(99)), to or known(), "desk1")


def after(done: Entered) -> Known:
    """What is known once this was kept."""
    tasks: dict[str, Any] = {}
    for change in done.changes:
        tasks.setdefault(change.task.project_id, []).append(change.task)
    return known(done.projects, tasks)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_in_and_out_and_in_again(tmp_path: Path, kind: str) -> None:
    done = entered(table(tmp_path / f"in.{kind}", ROWS))
    assert [(o.place, o.project_id, o.outcome, o.reasons) for o in done.outcomes] == [
        (number, "park", "new", ()) for number in (1, 2, 3)
    ]
    assert done.projects == {"park": Project("park", 1, "公园", GRID, "d1", "年内开工")}
    design, bank, obstacle = (change.task for change in done.changes)
    assert (design.weight, design.starts_at, design.due_at) == (
        20,
        NOW,
        at("2027-01-01 00:00"),
    )  # to the end of the day
    assert (bank.weight, bank.starts_at, bank.due_at) == (1, at("2026-12-01 00:00"), at("2027-04-01 00:00"))
    assert (obstacle.kind, obstacle.weight, obstacle.due_at) == ("obstacle", 0, at("2026-12-31 18:00"))

    tasks = [shown(change.task, NOW) for change in done.changes]
    out = tmp_path / f"out.{kind}"
    out.write_bytes(projects_as(kind, [vars(done.projects["park"]) | {"tasks": tasks}], ZONE))
    again = entered(out, after(done))
    assert [outcome.outcome for outcome in again.outcomes] == ["same"] * 3
    assert not again.projects and not again.changes


def test_what_the_town_has_decided_since_stays() -> None:
    document = {"projects": [{"project_id": "park", "name": "公园", "grid_id": GRID, "responsible_id": "d1"}]}
    one = {"kind": "milestone", "title": "设计", "owner_id": "w1", "due_at": "2026-12-31"}
    document["projects"][0]["tasks"] = [one]  # type: ignore[assignment]
    given, problems = read_entries(document)
    assert not problems
    first = after(enter(given, ["t1"], known(), "load-town"))
    (task,) = first.tasks["park"]
    for moved in (
        replace(task, due_at=at("2027-02-01 00:00")),
        replace(task, owner_id="w2"),
        replace(task, state="cancelled"),
    ):
        again = enter(given, ["t2"], replace(first, tasks={"park": [moved]}), "load-town")
        assert [outcome.outcome for outcome in again.outcomes] == ["same", "kept"] and not again.changes
    stopped = replace(first.projects["park"], cancelled_at=NOW)
    again = enter(given, ["t2"], replace(first, projects={"park": stopped}), "load-town")
    assert [outcome.outcome for outcome in again.outcomes] == ["kept", "kept"] and not again.projects
    verified = replace(task, state=VERIFIED)
    again = enter(given, ["t2"], replace(first, tasks={"park": [verified]}), "load-town")
    assert [outcome.outcome for outcome in again.outcomes] == ["same", "same"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"区域": "g9"}, ["grid_id"]),
        ({"项目责任人": "nobody", "任务责任人": "nobody"}, ["responsible_id", "owner_id"]),
        ({"项目名称": "", "区域": ""}, ["name", "grid_id"]),
        ({"截止": "2026-11-22"}, ["due_at"]),  # over
        ({"开始": "2027-06-01"}, ["due_at"]),  # before it begins
        ({"类型": "问题", "权重": "3"}, ["weight"]),
        ({"权重": "0", "类型": "obstacle"}, []),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, change: dict[str, str], fields: list[str]) -> None:
    row = dict(zip(COLUMNS, ROWS[0], strict=True)) | change
    done = entered(table(tmp_path / "in.csv", [tuple(row.values())]))
    assert [reason.field for outcome in done.outcomes for reason in outcome.reasons] == fields
    assert all(reason.problem and reason.repair for outcome in done.refused for reason in outcome.reasons)


def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    rows = [ROWS[0], ("park", "另一个公园", *ROWS[1][2:]), ROWS[0]]
    done = entered(table(tmp_path / "in.csv", rows))
    assert [[reason.field for reason in outcome.reasons] for outcome in done.outcomes] == [[], ["name"], ["title"]]
    assert report_as_csv(done.outcomes).count("refused") == 2


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"项目编号": "Park"}, {"project_id"}),
        ({"项目编号": "export"}, {"project_id"}),
        ({"项目编号": ""}, {"project_id"}),
        ({"类型": "愿望"}, {"kind"}),
        ({"任务": ""}, {"title"}),
        ({"权重": "很重", "截止": "年底"}, {"weight", "due_at"}),
        ({"权重": "1001"}, {"weight"}),
        ({"截止": "2026-12-31T18:00:00"}, {"due_at"}),  # of which zone?
    ],
)
def test_rows_that_cannot_be_read_say_why(tmp_path: Path, change: dict[str, str], fields: set[str]) -> None:
    row = dict(zip(COLUMNS, ROWS[0], strict=True)) | change
    given, wrong = read_table(table(tmp_path / "in.csv", [tuple(row.values()), ROWS[0]]))
    assert [one.place for one in given] == [2]
    assert [one.place for one in wrong] == [1] and {reason.field for reason in wrong[0].reasons} == fields


def test_columns_that_nobody_reads_are_refused(tmp_path: Path) -> None:
    _, wrong = read_table(table(tmp_path / "in.csv", [("park", "1")], ("项目编号", "预算")))
    assert [reason.field for reason in wrong[0].reasons] == ["预算"]
    with pytest.raises(TableError, match="no row"):
        read_table(table(tmp_path / "empty.csv", []))


@pytest.mark.parametrize(
    ("document", "places"),
    [
        (None, [()]),
        ({"projects": {}}, [()]),
        ({"projects": [], "more": 1}, [()]),
        ({"projects": ["x"]}, [(0, "project_id")]),
        (
            {"projects": [{"project_id": "park", "tasks": [{"kind": "milestone"}]}]},
            [(0, "tasks", 0, n) for n in ("title", "owner_id", "due_at")],
        ),
        ({"projects": [{"project_id": "park", "budget": 1}]}, [(0, "budget")]),
    ],
)
def test_a_file_is_refused_with_the_place_of_each_mistake(document: Any, places: list[tuple[Any, ...]]) -> None:
    given, problems = read_entries(document)
    assert not given and [place for place, _, _ in problems] == places


def test_the_sample_town_s_projects_can_be_entered() -> None:
    document = yaml.safe_load((TOWN / "projects.yaml").read_text(encoding="utf-8"))
    given, problems = read_entries(document)
    assert not problems and len(given) == 7
    members = {entry["owner_id"] for project in document["projects"] for entry in project["tasks"]}
    ids = (str(number) for number in range(9))
    strict = enter(
        given, iter(ids), replace(known(), areas={"330822111201"}, members=members - {"m407"}), "x", past=True
    )
    assert [place for place, _, _ in told(strict.refused)] == [(0, "tasks", 4, "owner_id")]
    late = replace(known(), now=at("2030-01-01 00:00"), areas={"330822111201"}, members=members)
    assert not enter(given, iter(map(str, range(9))), late, "x", past=True).refused  # an old file is no wrong file
    assert len(enter(given, iter(map(str, range(9))), late, "x").refused) == 6


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-12-31", dt.date(2026, 12, 31)),
        (dt.date(2026, 12, 31), dt.date(2026, 12, 31)),
        ("2026.12.1", dt.date(2026, 12, 1)),
        ("2026-12-31T00:00:00", dt.date(2026, 12, 31)),  # a cell with a date
        ("2026-12-31T18:00:00+08:00", at("2026-12-31 18:00")),
        ("2026-12-31T18:00:00", None),
        ("2026-02-30", None),
        ("1999-12-31", None),
        ("9999-12-31T23:00:00-14:00", None),
        ("明天", None),
        (7, None),
    ],
)
def test_days_and_moments(given: Any, read: Any) -> None:
    if read is None:
        with pytest.raises(ValidationError):
            When().deserialize(given)
    else:
        assert When().deserialize(given) == read
