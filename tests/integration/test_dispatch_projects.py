"""Projects in a small town: what is done by whom over HTTP, files in and out, and the watch by two replicas."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml
from openpyxl import load_workbook

from deploy.provision.servers import Servers
from deploy.towns.small import VILLAGE, write_small_town
from shared.tables import csv_of, xlsx_of
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Shanghai")
# grids g001 … g004: a leader and two workers each
LEADER, ONE, OTHER, ELSEWHERE, GUIDE, CHECKER = "m001", "m002", "m003", "m004", "guide1", "checker1"
DAY = dt.timedelta(days=1)
SAMPLE = {
    "project_id": "loaded",
    "name": "村口公园",
    "grid_id": VILLAGE,
    "responsible_id": GUIDE,
    "tasks": [{"kind": "milestone", "title": "设计", "owner_id": ONE, "due_at": "2099-12-31"}],
}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("building-town")
    write_small_town(folder)
    (folder / "projects.yaml").write_text(yaml.safe_dump({"projects": [SAMPLE]}, allow_unicode=True), encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        town.start("dispatch")
        yield town


class Office:
    """Projects of a town, by HTTP."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def asks(self, method: str, path: str, body: Any = None, who: str = "desk1") -> requests.Response:
        role = "desk" if who == "desk1" else "leader" if who in (LEADER, GUIDE) else "member"
        return self.api.call(method, "dispatch", f"/dispatch/{path}", role, who, body)

    def does(self, method: str, path: str, body: Any = None, who: str = "desk1") -> Any:
        answer = self.asks(method, path, body, who)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def project(self, responsible: str = GUIDE, grid: str = VILLAGE) -> str:
        project_id = f"p-{uuid.uuid4().hex[:12]}"
        body = {"name": "滨水公园", "grid_id": grid, "responsible_id": responsible, "note": "年内开工"}
        assert self.does("PUT", f"projects/{project_id}", body)["outcome"] == "new"
        return project_id

    def task(self, project_id: str, kind: str = "milestone", due: dt.datetime | None = None, **said: Any) -> Any:
        body = {"kind": kind, "title": f"任务 {uuid.uuid4().hex[:6]}", "owner_id": ONE}
        body["due_at"] = (due or now() + 9 * DAY).isoformat()
        return self.does("POST", f"projects/{project_id}/tasks", body | said)

    def acts(self, task: dict[str, Any], action: str, who: str, **body: Any) -> requests.Response:
        return self.asks("POST", f"tasks/{task['task_id']}/{action}", body, who)

    def acted(self, task: dict[str, Any], action: str, who: str, **body: Any) -> Any:
        answer = self.acts(task, action, who, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def notices(self, task: dict[str, Any]) -> Counter[tuple[str, str]]:
        statement = "SELECT member_id, kind FROM notices WHERE body->>'task_id' = %s"
        return Counter(self.town.rows("notify", statement, task["task_id"]))

    def file(self, method: str, path: str, data: bytes | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.town.token('desk', 'desk1')}"}
        url = f"{self.town.url('dispatch')}/dispatch/projects/{path}"
        return requests.request(method, url, data=data, headers=headers, timeout=30)


def now() -> dt.datetime:
    return dt.datetime.now(ZONE)


@pytest.fixture
def office(town: TemporaryTown) -> Office:
    return Office(town)


def test_from_the_first_milestone_to_a_finished_project(office: Office) -> None:
    project = office.project()
    design, build = office.task(project, weight=20), office.task(project, weight=80, owner_id=OTHER)
    obstacle = office.task(project, "obstacle", title="违建未拆")
    assert office.acted(design, "progress", ONE, note="已送审", evidence=["m-1"])["state"] == "open"
    assert office.acts(obstacle, "done", ONE, note="拆完了").status_code == 422  # without evidence
    cleared = office.acted(obstacle, "done", ONE, note="拆完了", evidence=["m-2"])
    assert (cleared["state"], cleared["checker_id"]) == ("done", GUIDE)
    own = office.acts(obstacle, "verify", ONE)
    assert own.status_code == 403, own.text
    back = office.acted(obstacle, "send-back", GUIDE, reason="地基还在")
    assert (back["state"], back["supervision"], back["evidence"]) == ("open", "yellow", [])
    office.acted(obstacle, "done", ONE, note="地基也清了", evidence=["m-3"])
    office.acted(obstacle, "verify", GUIDE, note="属实")
    office.acted(design, "done", ONE, note="批复已下", version=2)
    stale = office.acts(design, "verify", GUIDE, version=2)
    assert stale.status_code == 409 and "version 3" in stale.text
    office.acted(design, "verify", GUIDE)
    stands = office.does("GET", f"projects/{project}", who=ONE)  # whoever has a task in it sees the road map
    assert (stands["state"], stands["progress"], stands["obstacles_open"], stands["obstacles_cleared"]) == (
        "open",
        20,
        0,
        1,
    )
    assert [(m["share"], m["by_then"], m["state"]) for m in stands["milestones"]] == [
        (20.0, 20, "verified"),
        (80.0, 100, "open"),
    ]
    office.acted(build, "done", OTHER, note="建成")
    assert office.does("GET", f"projects/{project}")["progress"] == 20  # nobody has checked it
    office.acted(build, "verify", "desk1")
    ended = office.does("GET", f"projects/{project}")
    assert (ended["state"], ended["progress"]) == ("finished", 100)
    assert [row["what"] for row in reversed(ended["journal"]) if row["task_id"] == obstacle["task_id"]] == [
        *("added", "done", "sent_back", "done", "verified")
    ]
    told = {
        (ONE, "task_given"): 1,
        (GUIDE, "task_check_wanted"): 2,
        (ONE, "task_sent_back"): 1,
        (ONE, "task_verified"): 1,
    }
    until(lambda: office.notices(obstacle) == told)
    heard = (
        "SELECT data FROM journal WHERE type = 'dispatch.task_changed.v1' AND data->>'task_id' = %s ORDER BY said_at"
    )
    until(lambda: len(office.town.rows("board", heard, build["task_id"])) == 3)
    said = [data for (data,) in office.town.rows("board", heard, build["task_id"])]
    assert [(one["what"], one["progress"]) for one in said] == [("added", 0), ("done", 20), ("verified", 100)]


def test_each_step_comes_once_and_never_early_while_replicas_come_and_go(office: Office) -> None:
    """Forty tasks of forty seconds; just before their first step one of two replicas is killed, and another comes."""
    project, start = office.project(), now()
    due = start + dt.timedelta(seconds=40)
    columns = ("project_id", "kind", "title", "owner_id", "starts_at", "due_at")
    kinds = ("milestone", "obstacle")
    rows = [(project, kinds[at % 2], f"任务 {at}", ONE, start.isoformat(), due.isoformat()) for at in range(40)]
    assert office.file("POST", "import", csv_of([columns, *rows]).encode()).status_code == 200
    found = office.does("GET", f"projects/{project}")
    tasks = [*found["milestones"], *found["obstacles"]]
    time.sleep(max(0.0, (start + dt.timedelta(seconds=31.5) - now()).total_seconds()))
    office.town.of("dispatch")[-1].kill()
    office.town.start("dispatch", wait=False)
    ids = [task["task_id"] for task in tasks]
    statement = "SELECT task_id::text, (facts->>'step')::int, at FROM project_journal WHERE what = 'supervised'"

    def came() -> list[tuple[Any, ...]]:
        return [row for row in office.town.rows("dispatch", statement) if row[0] in ids]

    until(lambda: len(came()) >= 80, 120)
    time.sleep(2)
    steps = came()
    assert Counter((task, step) for task, step, _ in steps) == {(i, step): 1 for i in ids for step in (1, 2)}
    ladders = dict(office.town.rows("dispatch", "SELECT task_id::text, ladder FROM project_tasks"))
    planned = {(i, s["step"]): dt.datetime.fromisoformat(s["at"]) for i in ids for s in ladders[i]}
    assert all(at >= planned[task, step] for task, step, at in steps)
    told = {(ONE, "task_given"): 1, (ONE, "task_reminded"): 2, (LEADER, "task_watched"): 1}
    until(lambda: all(office.notices(task) == told for task in tasks))
    late = office.does("GET", f"tasks?late=true&owner={ONE}")["tasks"]
    assert set(ids) <= {task["task_id"] for task in late}
    assert {task["supervision"] for task in late if task["task_id"] in ids} == {"yellow"}
    gauges = requests.get(f"http://{office.town.of('dispatch')[0].ops}/metrics", timeout=10).text
    assert 'wangge_project_tasks_late{kind="obstacle"}' in gauges
    assert "wangge_project_steps_overdue_seconds" in gauges

    moved = office.acted(tasks[0], "redate", GUIDE, due_at=(now() + DAY).isoformat(), reason="连日降雨")
    assert (moved["late"], moved["supervision"]) == (False, "none")
    assert dt.datetime.fromisoformat(moved["first_due_at"]) == due
    assert dt.datetime.fromisoformat(moved["next_step_at"]) > now() + DAY / 2
    done = office.acted(tasks[2], "done", ONE, note="好了")
    assert done["late"] and done["next_step_at"] is None


def test_of_ten_who_check_at_once_one_is_the_one(office: Office) -> None:
    task = office.task(office.project())
    office.acted(task, "done", ONE, note="好了")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: office.acts(task, "verify", GUIDE).status_code, range(10)))
    assert sorted(answers) == [200, *[409] * 9]


def test_who_sees_and_does_what(office: Office) -> None:
    project = office.project(responsible=OTHER)
    task = office.task(project)
    seen = {
        who: office.asks("GET", f"projects/{project}", None, who).status_code for who in (ONE, OTHER, GUIDE, "m005")
    }
    assert seen == {ONE: 200, OTHER: 200, GUIDE: 200, "m005": 404}
    for who, count in ((ONE, 1), (OTHER, 1), ("m005", 0)):
        listed = office.does("GET", "tasks", None, who)["tasks"]
        assert len([one for one in listed if one["task_id"] == task["task_id"]]) == count
        assert (project in office.asks("GET", "projects", None, who).text) == bool(count)
    assert office.acts(task, "redate", ONE, due_at="2099-01-01", reason="x").status_code == 403  # the owner
    assert office.acts(task, "done", "m005", note="x").status_code == 404  # whose it is not
    assert office.acts(task, "redate", OTHER, due_at="2099-01-01", reason="图纸变更").status_code == 200
    extra = {"kind": "obstacle", "title": "占道", "owner_id": "m005", "due_at": "2099-01-01"}
    assert office.asks("POST", f"projects/{project}/tasks", extra, ONE).status_code == 403
    assert office.asks("POST", f"projects/{project}/tasks", extra, OTHER).status_code == 201
    on = office.acted(task, "reassign", OTHER, owner_id="m005", reason="调岗")
    until(lambda: office.notices(on)["m005", "task_given"] and office.notices(on)[ONE, "task_taken_away"])
    office.acted(task, "done", "m005", note="好了")
    office.acted(task, "verify", OTHER)


def test_a_project_with_open_obstacles_is_not_cancelled(office: Office) -> None:
    project = office.project()
    milestone, obstacle = office.task(project), office.task(project, "obstacle", title="两户未签协议")
    refused = office.asks("POST", f"projects/{project}/cancel", {"reason": "改线"})
    assert refused.status_code == 409 and "两户未签协议" in refused.text
    office.acted(obstacle, "cancel", "desk1", reason="改线后不再涉及")
    done = office.does("POST", f"projects/{project}/cancel", {"reason": "改线"})
    assert done["cancelled_tasks"] == [milestone["task_id"]]
    assert office.does("GET", f"projects/{project}")["state"] == "cancelled"
    assert office.acts(milestone, "done", ONE, note="x").status_code == 409
    more = {"kind": "milestone", "title": "x", "owner_id": ONE, "due_at": "2099-01-01"}
    assert office.asks("POST", f"projects/{project}/tasks", more).status_code == 409
    head = {"name": "又来", "grid_id": VILLAGE, "responsible_id": GUIDE}
    assert office.asks("PUT", f"projects/{project}", head).status_code == 409
    assert office.town.rows("dispatch", "SELECT name FROM projects WHERE project_id = %s", project) == [("滨水公园",)]


COLUMNS = ("项目编号", "项目名称", "区域", "项目责任人", "类型", "任务", "权重", "任务责任人", "截止")


def test_a_table_is_entered_whole_or_not_at_all(office: Office) -> None:
    name = f"t-{uuid.uuid4().hex[:8]}"
    rows = [
        (name, "管网改造", "g001", LEADER, "里程碑", "设计", "30", ONE, "2099-06-30"),
        (name, "", "", "", "里程碑", "施工", "70", OTHER, "2099-12-31"),
        (name, "", "", "", "问题", "管线不明", "", "nobody", "2099-03-31"),
    ]
    wrong = office.file("POST", "import", xlsx_of([COLUMNS, *rows, ("Bad Id", *rows[0][1:])]))
    assert wrong.status_code == 422
    assert [reason["field"] for reason in wrong.json()["reasons"]] == ["row 3: owner_id", "row 4: project_id"]
    assert office.asks("GET", f"projects/{name}").status_code == 404
    good = [*rows[:2], (*rows[2][:7], ONE, rows[2][8])]
    dry = office.file("POST", "import?dry_run=true", csv_of([COLUMNS, *good]).encode("utf-8"))
    assert dry.status_code == 200 and not dry.json()["kept"]
    assert office.asks("GET", f"projects/{name}").status_code == 404
    kept = office.file("POST", "import", xlsx_of([COLUMNS, *good]))
    assert [row["outcome"] for row in kept.json()["rows"]] == ["new"] * 3, kept.text
    out = office.file("GET", "export")
    sheet = load_workbook(io.BytesIO(out.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[6] for row in cells if row[0] == name] == ["管线不明", "设计", "施工"]
    assert cells[0][:11] == [
        "项目编号",
        "项目名称",
        "区域",
        "项目责任人",
        "责任书",
        *("类型", "任务", "权重", "任务责任人", "开始", "截止"),
    ]
    again = office.file("POST", "import", out.content)
    assert {row["outcome"] for row in again.json()["rows"] if row["project_id"] == name} == {"same"}, again.text


def test_administrators_load_list_and_export(office: Office, tmp_path: Path) -> None:
    town = office.town
    first = json.loads(town.admin("dispatch", "project", "loaded"))
    assert (first["name"], first["milestones"][0]["title"], first["journal"][0]["who"]) == (
        "村口公园",
        "设计",
        "load-town",
    )
    until(
        lambda: json.loads(town.admin("dispatch", "project", "loaded"))["milestones"][0]["next_step_at"]
    )  # rules came later
    office.acted(first["milestones"][0], "reassign", GUIDE, owner_id=OTHER, reason="调岗")
    town.admin("dispatch", "load-town", str(town.folder))  # what the town has decided since stays
    assert json.loads(town.admin("dispatch", "project", "loaded"))["milestones"][0]["owner_id"] == OTHER
    broken = tmp_path / "projects.yaml"
    text = yaml.safe_dump(
        {"projects": [SAMPLE | {"project_id": "new", "responsible_id": "nobody"}]}, allow_unicode=True
    )
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=r"projects.yaml:\d+: projects.0.responsible_id: there is no member 'nobody'"):
        town.admin("dispatch", "load-projects", str(broken))
    file = tmp_path / "out.csv"
    town.admin("dispatch", "export-projects", str(file))
    assert "村口公园" in file.read_text(encoding="utf-8-sig")
    done = json.loads(town.admin("dispatch", "import-projects", str(file), "--dry-run"))
    assert done["same"] and not done["new"]
    assert "loaded" in town.admin("dispatch", "projects", "--state", "open")
    town.admin("dispatch", "late-tasks", "--owner", ONE)
