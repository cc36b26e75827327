"""Scores of a town at work: what members do and reporters answer becomes figures, each with the cases behind it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pika
import pytest
import requests

from deploy.provision.names import ProvisionError
from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

HERE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}  # g001: leader m001, workers m002, m003
MONTH = dt.datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m")


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A small town where P1 must be taken on within a second, and everything else within a day; two replicas count."""
    folder = tmp_path_factory.mktemp("scored-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    text = rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day").replace("{P1: 1 day", "{P1: 1 second")
    rules.write_text(text, encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("dispatch", replicas=2, wait=False)
        town.start("intake", "callback")
        yield town


@pytest.fixture(scope="module")
def played(town: TemporaryTown) -> Play:
    """Four cases: one well done, one that nobody takes on, one late, one that has to be done twice."""
    play = Play(town)
    play.satisfied, play.missed = play.report(), play.report(level="P1", kind="consultation")
    play.late, play.twice = play.report(), play.report()
    play.does(play.satisfied)
    play.is_asked(play.satisfied, "yes", "mostly_satisfied")
    desk = until(lambda: (o := play.order(play.missed, "dispatched")) and o["member_id"] == "desk1" and o)
    until(lambda: dt.datetime.now(dt.UTC) > dt.datetime.fromisoformat(desk["ack_due_at"]))
    assert play.api.act("desk1", "acknowledge", desk)["accepted"]
    play.overdue(play.late)
    play.does(play.late)
    play.is_asked(play.late, "yes", "satisfied")
    play.does(play.twice)
    play.is_asked(play.twice, "no", "dissatisfied")
    play.does(play.twice, 2)
    play.is_asked(play.twice, "partly", "satisfied", 2)
    until(lambda: play.counted() and play.figure("town", "", "rework_share")["turns"] == 4)
    return play


class Play:
    """Cases of a town, what is done to them, and what that comes to."""

    satisfied: str
    missed: str
    late: str
    twice: str

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def report(self, source: str = "hotline", **data: Any) -> str:
        body = {"external_id": str(uuid.uuid4()), "title": "路灯不亮", "category": "9999", "place": HERE}
        body |= {"kind": "complaint"} | data
        body |= {"reporter": {"name": "报事人", "phone": "19900000001"}}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", source, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["number"]

    def order(self, number: str, state: str, round_: int = 1) -> dict[str, Any] | None:
        orders = self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
        return next((o for o in orders if (o["number"], o["round"]) == (number, round_)), None)

    def does(self, number: str, round_: int = 1) -> None:
        """A round from being given out to its check."""
        for state, who, action, data in (
            ("dispatched", "member_id", "acknowledge", {}),
            ("in_progress", "member_id", "resolve", {"note": "已修"}),
            ("resolved", "checker_id", "verify", {"passed": True, "note": "好"}),
        ):
            order = until(lambda state=state: self.order(number, state, round_))
            assert self.api.act(order[who], action, order, **data)["accepted"]

    def is_asked(self, number: str, solved: str, satisfaction: str, round_: int = 1) -> None:
        call = until(lambda: self.api.call_about(number, round_))
        assert self.api.answered(call, solved, satisfaction).ok

    def overdue(self, number: str) -> None:
        """The limit of this case was over an hour ago."""
        order = until(lambda: self.order(number, "dispatched"))
        with self.town.database("dispatch") as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE orders SET due_at = now() - interval '1 hour' WHERE id = %s", [order["order_id"]])

    def counted(self) -> bool:
        return not self.town.rows("dispatch", "SELECT 1 FROM to_score LIMIT 1")

    def ask(self, path: str, role: str = "desk", name: str = "desk1") -> requests.Response:
        return self.api.call("GET", "dispatch", path, role, name)

    def scores(self, by: str) -> dict[str, dict[str, Any]]:
        found = self.api.get("dispatch", f"/dispatch/scores?by={by}")
        assert found["from"] == found["to"] == MONTH
        return {row["of"]: row for row in found["scores"]}

    def figure(self, by: str, of: str, name: str) -> dict[str, Any]:
        row = self.scores(by).get(of)
        return row["figures"][name] if row else {"turns": 0}

    def cases(self, by: str, of: str, figure: str, outcome: str = "") -> list[str]:
        path = f"/dispatch/scores/cases?by={by}&of={of}&figure={figure}&outcome={outcome}"
        return sorted(row["number"] for row in self.api.get("dispatch", path)["cases"])

    def command(self, *words: str) -> str:
        return self.town.admin("dispatch", *words)


def test_the_town_s_figures(played: Play) -> None:
    row = played.scores("town")[""]
    assert {name: (figure["share"], figure["turns"]) for name, figure in row["figures"].items()} == {
        "response_rate": (round(5 / 7, 4), 7),  # two of the three who had the missed one let it be taken away
        "acknowledged_in_time": (round(4 / 7, 4), 7),  # and the desk was late, too
        "closed_in_time": (0.75, 4),
        "resolution_rate": (round(2.5 / 4, 4), 4),  # yes, yes, no, partly
        "satisfaction_rate": (0.75, 4),
        "rework_share": (0.25, 4),
    }
    assert row["score"] == round((30 * 0.7143 + 35 * 0.625 + 35 * 0.75), 2)
    assert row["alarms"] == []  # not enough turns


def test_every_figure_has_its_cases(played: Play) -> None:
    assert played.cases("town", "", "closed_in_time", "late") == [played.late]
    assert played.cases("unit", "g001", "response_rate", "missed") == [played.missed, played.missed]
    assert played.cases("member", "desk1", "acknowledged_in_time") == [played.missed]
    assert played.cases("source", "hotline", "rework_share", "asked") == [played.twice]
    assert played.cases("category", "9999", "satisfaction_rate", "mostly_satisfied") == [played.satisfied]
    assert played.cases("grid", "g002", "closed_in_time") == []
    for by in ("town", "grid", "unit", "member", "category", "source"):
        for row in played.scores(by).values():
            for figure in row["figures"].values():
                behind = played.api.get("dispatch", figure["cases"])["cases"] if figure["cases"] else []
                assert len(behind) == figure["turns"]


def test_a_turn_counts_for_whoever_had_it(played: Play) -> None:
    units, members = played.scores("unit"), played.scores("member")
    assert units["g001"]["name"] == "第1网格" and units["g001"]["figures"]["response_rate"]["turns"] == 6
    assert members["m001"]["figures"]["response_rate"]["outcomes"] == {"taken": 0, "missed": 1}  # the leader
    assert members["desk1"]["figures"]["response_rate"]["outcomes"] == {"taken": 1, "missed": 0}
    workers = [members[name]["figures"] for name in ("m002", "m003")]
    assert sum(figures["closed_in_time"]["turns"] for figures in workers) == 4


def test_two_replicas_count_each_turn_once(played: Play) -> None:
    assert played.command("check-scores").strip() == "every tally is what the turns say"
    before = played.town.rows("dispatch", "SELECT * FROM tallies WHERE turns <> 0 ORDER BY 1, 2, 3, 4, 5")
    assert played.command("count-scores", "--since", "2020-01-01T00:00:00+08:00", "--dry-run")
    assert played.counted(), "a dry run has kept nothing"
    assert json.loads(played.command("count-scores", "--since", "2020-01-01T00:00:00+08:00")) == {
        "orders to be counted": 5
    }
    until(played.counted)
    assert played.town.rows("dispatch", "SELECT * FROM tallies WHERE turns <> 0 ORDER BY 1, 2, 3, 4, 5") == before
    assert played.command("check-scores").strip() == "every tally is what the turns say"


def test_a_corrected_case_counts_elsewhere(played: Play) -> None:
    """The open one moves to another category: every tally moves along, and none is left behind."""
    body = {"category": "0102", "reason": "看错了"}
    answer = played.api.call("POST", "intake", f"/intake/cases/{played.missed}/correct", "desk", "desk1", body)
    assert answer.ok, answer.text
    until(lambda: played.figure("category", "0102", "response_rate")["turns"] == 3)
    assert played.figure("category", "9999", "response_rate")["turns"] == 4
    assert played.command("check-scores").strip() == "every tally is what the turns say"


def test_adoption_is_of_all_members(played: Play) -> None:
    found = played.api.get("dispatch", "/dispatch/adoption")
    active = {member["member_id"] for member in found["members"] if member["today"]}
    done = {row[0] for row in played.town.rows("dispatch", "SELECT DISTINCT who FROM order_journal")}
    assert active == done - {"rule", "desk", "intake"}
    assert found["town"] | {"week": None, "month": None} == {
        "members": 15,
        "today": {"active": len(active), "share": round(len(active) / 15, 4)},
        "week": None,
        "month": None,
    }
    first = next(unit for unit in found["units"] if unit["unit"] == "g001")
    assert first["members"] == 3 and first["week"]["active"] == len(active & {"m001", "m002", "m003"})


def test_what_a_member_finds_counts_as_activity(played: Play) -> None:
    with played.town.broker("members", "m012") as connection:
        event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "m012", "type": "report.v1"}
        data = {"external_id": str(uuid.uuid4()), "title": "井盖破损", "place": HERE}
        event |= {"time": dt.datetime.now(dt.UTC).isoformat(), "data": data}
        user = pika.BasicProperties(user_id=f"{played.town.name}-m012", content_type="application/cloudevents+json")
        connection.channel().basic_publish("reports", "patrol.normal", json.dumps(event).encode(), user)

    def active() -> bool:
        members = played.api.get("dispatch", "/dispatch/adoption")["members"]
        return next(member["today"] for member in members if member["member_id"] == "m012")

    until(active)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/dispatch/scores?by=street", "by"),
        ("/dispatch/scores?from=2026-13", "from"),
        ("/dispatch/scores?from=2026-02&to=2026-01", "from"),
        ("/dispatch/scores?from=2020-01&to=2026-01", "from"),
        ("/dispatch/scores?to=' OR 1=1", "to"),
        ("/dispatch/scores/cases", "figure"),
        ("/dispatch/scores/cases?figure=x", "figure"),
        ("/dispatch/scores/cases?figure=response_rate&outcome=late", "outcome"),
        ("/dispatch/scores/cases?figure=response_rate&after=-1", "after"),
        ("/dispatch/adoption?day=tomorrow", "day"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(played: Play, path: str, field: str) -> None:
    answer = played.ask(path)
    assert answer.status_code == 422
    assert [reason["field"] for reason in answer.json()["reasons"]] == [field]


def test_scores_are_for_desk_and_leaders(played: Play) -> None:
    for path in ("/dispatch/scores", "/dispatch/scores/cases?figure=response_rate", "/dispatch/adoption"):
        assert played.ask(path, "leader", "m001").status_code == 200
        assert [played.ask(path, role, "hotline").status_code for role in ("member", "source")] == [403, 403]


def test_other_months_and_days_are_empty(played: Play) -> None:
    assert played.api.get("dispatch", "/dispatch/scores?by=unit&from=2024-01&to=2024-12")["scores"] == []
    before = played.api.get("dispatch", "/dispatch/adoption?day=2024-02-29")
    assert before["town"]["members"] == 15 and before["town"]["month"]["active"] == 0


def test_commands_and_metrics_say_the_same(played: Play, town: TemporaryTown) -> None:
    lines = played.command("scores", "--by", "unit").splitlines()
    assert lines[0].startswith(MONTH) and any(line.startswith("g001") and line.endswith("第1网格") for line in lines)
    assert json.loads(played.command("scores", "--json"))["scores"][0]["score"] == played.scores("town")[""]["score"]
    numbers = [json.loads(row)["number"] for row in played.command("score-cases", "rework_share").splitlines()]
    assert sorted(numbers) == sorted([played.satisfied, played.late, played.twice, played.twice])
    assert json.loads(played.command("adoption").splitlines()[0])["members"] == 15
    metrics = requests.get(f"http://{town.of('dispatch')[0].ops}/metrics", timeout=10).text
    assert 'wangge_score_share{by="town",figure="rework_share",of=""} 0.25' in metrics
    assert 'wangge_score_alarm{figure="satisfaction_rate"} 0.0' in metrics
    assert "wangge_scores_behind_seconds 0.0" in metrics and "wangge_members 15.0" in metrics


def test_weights_are_data_and_wrong_ones_are_refused(played: Play, town: TemporaryTown, tmp_path: Path) -> None:
    good = (town.folder / "rules" / "practice.yaml").read_text(encoding="utf-8")
    weights = "weights: {response_rate: 30, resolution_rate: 35, satisfaction_rate: 35}"
    file = tmp_path / "rules.yaml"
    file.write_text(good.replace(weights, "weights: {responce_rate: 1}"), encoding="utf-8")
    with pytest.raises(
        ProvisionError, match=r"rules\.yaml:\d+: dispatch\.scores\.weights\.responce_rate: nobody reads"
    ):
        played.command("load-rules", str(file))
    assert played.scores("town")[""]["score"] == round((30 * 0.7143 + 35 * 0.625 + 35 * 0.75), 2)
    file.write_text(good.replace(weights, "weights: {closed_in_time: 1}"), encoding="utf-8")
    played.command("load-rules", str(file))
    assert played.scores("town")[""]["score"] == 75
