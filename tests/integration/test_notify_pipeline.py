"""The pipeline with real processes and mock providers: who hears what, when, together with what; and why not."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from deploy.provision.servers import Servers
from services.notify.domain.town_time import TOWN_TIME
from tests.support.deliveries import LISTED, account, post_office
from tests.support.notifications import Board
from tests.support.providers import Lie, Providers, providers
from tests.support.waiting import until

FREE = [{"count": 1000, "in": "1 second"}]


def clock(hours: int) -> str:
    return (dt.datetime.now(TOWN_TIME) + dt.timedelta(hours=hours)).strftime("%H:%M")


def section(quiet: bool) -> dict[str, Any]:
    """Quiet hours from an hour ago until in three hours, for one kind."""
    hours = {"from": clock(-1), "to": clock(3), "except": ["P1", "P2"]} if quiet else None
    return {
        "silences": {"longest": "2 day"},
        "route": {
            "ways": ["work", "sms"],
            "group_by": ["place"],
            "group_wait": "3 second",
            "group_interval": "1 minute",
            "repeat": "1 emergency_hour",
            "expires": "deadline",
            "routes": [
                {"name": "urgent", "match": {"levels": ["P1", "P2"]}, "group_by": None},
                {
                    "name": "alone",
                    "match": {"kinds": ["work_verified", "news_case_merged", "check_wanted"]},
                    "group_by": [],
                },
                {"name": "night", "match": {"kinds": ["work_sent_back"]}, "group_by": [], "quiet": hours},
                {
                    "name": "scarce",
                    "match": {"kinds": ["assist_wanted"]},
                    "ways": ["sms"],
                    "group_by": [],
                    "digest": {"below": 0.5, "every": "30 minute"},
                },
                {"name": "chat", "match": {"kinds": ["public_notice"]}, "ways": ["group"], "continue": True},
                {"name": "own", "match": {"kinds": ["public_notice"]}, "group_by": []},
                {"name": "nothing", "match": {"kinds": ["letter"]}, "ways": []},
            ],
        },
    }


@pytest.fixture(scope="module")
def world() -> Iterator[Providers]:
    with providers(limit=(1000, 1.0)) as server:
        yield server


@pytest.fixture(scope="module")
def board(
    servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory, world: Providers
) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("board")
    accounts = [
        account("work", "dingtalk_work", world, folder, limits=FREE),
        account("sms", "sms_aliyun", world, folder, limits=[{"count": 3, "in": "1 day", "burst": 2, "of": "target"}]),
        account("robot", "dingtalk_robot", world, folder, unit="v03", limits=FREE),
    ]
    with post_office(servers, small_town, folder) as post:
        post.set_accounts(folder, accounts)
        board = Board(post)
        board.rules(folder, section(quiet=True))
        board.members(*(f"m{n:03}" for n in range(101, 120)))
        post.town.start("notify", CHANNEL_PATIENCE="1", WEBHOOK_NETWORKS=LISTED)
        yield board


def heard(world: Providers, key: str) -> list[tuple[str, str]]:
    """Channel and target of what has reached somebody, and says this key."""
    return [(effect.channel, effect.target) for effect in world.effects if f"「{key}」" in effect.text]


def test_five_alerts_of_a_place_are_one_message(board: Board, world: Providers) -> None:
    board.tell("five", "m101", "work_reminded", count=5)
    until(lambda: board.states("five") == {"sent": 5})
    until(lambda: heard(world, "five"))
    (effect,) = [effect for effect in world.effects if "「five」" in effect.text]
    assert (effect.channel, effect.target) == ("dingtalk_work", "dingtalk-m101") and "5条" in effect.text
    rows = board.of("five")
    assert {row["reason"] for row in rows} == {"one of 5 in one message"} and len({row["sent_in"] for row in rows}) == 1
    assert board.post.one(str(rows[0]["sent_in"]))["state"] in ("accepted", "delivered")


def test_an_urgent_message_goes_at_once(board: Board, world: Providers) -> None:
    """From the broker to the provider, without anybody waiting for the next second."""
    waits: list[float] = []
    for number in range(5):
        began = time.monotonic()
        board.publish("m102", f"urgent-{number}", "urgent")
        until(lambda: len(heard(world, "urgent")) > len(waits))
        waits.append(world.effects[-1].at - began)
    assert sorted(waits)[2] < 0.9, waits


def test_nobody_is_woken_and_the_morning_brings_one_message(board: Board, world: Providers, tmp_path: Path) -> None:
    board.tell("night", "m103", "work_sent_back", count=3)
    board.tell("alarm", "m103", "work_sent_back", level="P1")
    until(lambda: board.states("night") == {"held": 3} and board.states("alarm") == {"sent": 1})
    row = board.of("night")[0]
    assert row["why"] == "quiet" and row["reason"].startswith("quiet hours until") and row["gathered"]
    assert dt.timedelta(hours=2) < row["due"] - dt.datetime.now(dt.UTC) <= dt.timedelta(hours=3)
    board.hurry("night")
    until(lambda: board.states("night") == {"held": 3} and board.of("night")[0]["due"] > dt.datetime.now(dt.UTC))
    board.rules(tmp_path, section(quiet=False))
    board.hurry("night")
    until(lambda: board.states("night") == {"sent": 3} and heard(world, "night"))
    assert len(heard(world, "night")) == 1
    board.rules(tmp_path, section(quiet=True))


def test_a_case_that_is_merged_is_silent_as_long_as_its_parent_lives(board: Board, world: Providers) -> None:
    board.case("P-1")
    board.case("C-1", merged_into="P-1", merged=2)
    board.tell("muted", "m104", "work_verified", number="C-1")
    board.tell("merger", "m104", "news_case_merged", number="C-1", notice_number=None)
    until(lambda: board.states("muted") == {"muted": 1} and board.states("merger") == {"sent": 1})
    assert board.of("muted")[0]["reason"] == "its case is handled together with P-1"
    board.run("UPDATE cases SET ended = 9, ended_round = 1 WHERE number = %s", [("P-1",)])
    board.tell("unmuted", "m104", "work_verified", number="C-1")
    board.tell("over", "m104", "check_wanted", number="P-1")
    until(lambda: board.states("unmuted") == {"sent": 1} and board.states("over") == {"expired": 1})
    assert heard(world, "muted") == [] and board.of("over")[0]["reason"] == "the case has ended: nothing is left to do"


def test_whether_a_case_has_ended_is_heard_in_any_order(board: Board) -> None:
    """Registered, merged, unmerged, closed; then reworked: of two orders the same comes out."""
    told = {"level": "P3", "kind": "report", "category": "0101", "source": "hotline"}
    board.case("P-2")
    for number in ("A-1", "A-2"):
        board.say("intake.case_registered.v1", number, 1, told | {"round": 1})
    until(lambda: len(board.post.town.rows("notify", "SELECT 1 FROM cases WHERE number LIKE 'A-%%'")) == 2)
    moves: list[tuple[str, int, dict[str, Any]]] = [
        ("intake.case_merged.v1", 2, {"into": "P-2", "source": "hotline"}),
        ("intake.case_registered.v1", 3, told | {"round": 1}),
        ("intake.case_closed.v1", 4, {"round": 1}),
    ]
    for number, order in (("A-1", moves), ("A-2", moves[::-1])):
        for move in order:
            board.say(move[0], number, move[1], move[2])
    state = "SELECT number, opened, ended, merged_into, ended > opened AND ended_round >= round FROM cases "
    state += "WHERE number LIKE 'A-%%' ORDER BY 1"
    until(lambda: board.post.town.rows("notify", state) == [(n, 3, 4, None, True) for n in ("A-1", "A-2")])
    board.say("callback.rework_asked.v1", "A-1", 1, {"round": 2})
    until(lambda: [row[4] for row in board.post.town.rows("notify", state)] == [False, True])


def test_near_the_limit_of_sms_the_rest_is_one_message(board: Board, world: Providers) -> None:
    board.tell("scarce", "m105", "assist_wanted", count=4)
    until(lambda: board.states("scarce") == {"sent": 2, "held": 2})
    row = next(row for row in board.of("scarce") if row["state"] == "held")
    assert row["why"] == "digest" and row["gathered"]
    until(lambda: len(heard(world, "scarce")) == 2)
    board.hurry("scarce")
    until(lambda: board.states("scarce") == {"sent": 4})
    assert len({row["sent_in"] for row in board.of("scarce")}) == 3


def test_whoever_has_no_chat_gets_a_text_message_and_whoever_has_nothing_is_known(
    board: Board, world: Providers
) -> None:
    board.members("m120", chats=())
    board.members("m121", chats=(), phone=False)
    board.tell("phone", "m120", level="P2")
    board.tell("nothing", "m121", level="P2")
    board.tell("nobody", "m999", level="P2")
    board.tell("letter", "m101", "letter")
    until(lambda: heard(world, "phone") == [("sms_aliyun", "13800000120")])
    until(lambda: board.states("nothing") == board.states("nobody") == {"no_way": 1})
    until(lambda: board.states("letter") == {"no_route": 1})
    assert board.of("nothing")[0]["reason"] == "nobody knows how to reach them by work, sms"
    assert board.of("nobody")[0]["reason"] == "nobody of this name is known here"


def test_what_fails_on_the_first_way_goes_by_the_next(board: Board, world: Providers) -> None:
    world.lies["dingtalk_work"].append(Lie("code", 12345))
    board.tell("fallen", "m106", level="P1")
    until(lambda: heard(world, "fallen") == [("sms_aliyun", "13800000106")])
    (row,) = board.of("fallen")
    assert board.post.rows(row["sent_in"])[0]["state"] == "failed"


def test_it_is_said_once_and_the_unit_s_chat_hears_it_once(board: Board, world: Providers) -> None:
    for member in ("m107", "m108"):
        board.tell("public", member, "public_notice", event_id="public-event")
    until(lambda: board.states("public") == {"sent": 3, "repeated": 1})
    until(lambda: len(heard(world, "public")) == 3)
    assert sorted(heard(world, "public")) == [
        ("dingtalk_robot", "group"),
        ("dingtalk_work", "dingtalk-m107"),
        ("dingtalk_work", "dingtalk-m108"),
    ]
    board.tell("again", "m107", "work_verified", event_id="public-event-2", facts={"title": "「same」路灯"})
    board.tell("again2", "m107", "work_verified", facts={"title": "「same」路灯"})
    until(lambda: board.states("again") + board.states("again2") == {"sent": 1, "repeated": 1})


def test_a_reminder_after_its_deadline_is_not_sent(board: Board, world: Providers) -> None:
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)).isoformat()
    board.tell("late", "m109", "work_reminded", facts={"due_at": soon, "place_text": "别处"})
    until(lambda: board.states("late") == {"expired": 1})
    assert board.of("late")[0]["why"] == "deadline" and heard(world, "late") == []


def test_what_became_of_each_is_told(board: Board, world: Providers) -> None:
    world.lies["dingtalk_work"].append(Lie("code", 12345))
    board.tell("told", "m111", level="P1", number="T-1")
    board.tell("untold", "m111", "letter", number="T-1")
    until(lambda: heard(world, "told"))
    found = ask(board, "GET", "?number=T-1&person=m111", of="sent").json()["sent"]
    by_outcome = {one["outcome"]: one for one in found if one["what"] == "notification"}
    told, untold = by_outcome["sent"], by_outcome["no_route"]
    assert untold["reason"] and told["deliveries"][0]["state"] == "failed"
    assert [one["way"] for one in told["deliveries"]] == ["work", "sms"] and not untold["deliveries"]


# silences


def ask(
    board: Board,
    method: str,
    path: str,
    body: Any = None,
    role: str = "desk",
    area: str | None = None,
    of: str = "silences",
) -> Any:
    claims = {"sub": f"{role}1", "role": role, "town": board.post.town.name, "exp": int(time.time()) + 600}
    claims |= {"area": area} if area else {}
    token = jwt.encode(claims, board.post.town.secrets.read("admin", "token_private_key"), algorithm="EdDSA")
    url, headers = f"{board.post.town.url('notify')}/notify/{of}{path}", {"Authorization": f"Bearer {token}"}
    return requests.request(method, url, json=body, headers=headers, timeout=30)


def until_in(hours: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)).isoformat()


def test_what_a_silence_keeps_back_goes_out_when_it_ends(board: Board, world: Providers) -> None:
    wanted = {"receiver": "m110", "reason": "修路", "ends_at": until_in(5)}
    made = ask(board, "POST", "", wanted)
    assert made.status_code == 201, made.text
    board.tell("silent", "m110", "work_verified", count=3)
    board.tell("loud", "m110", level="P1")
    until(lambda: board.states("silent") == {"silenced": 3} and board.states("loud") == {"sent": 1})
    assert board.of("silent")[0]["reason"].endswith("by desk1: 修路")
    (listed,) = [one for one in ask(board, "GET", "").json()["silences"] if one["id"] == made.json()["id"]]
    assert (listed["state"], listed["keeps"], listed["owner"]) == ("in_force", 3, "desk1")
    ended = ask(board, "POST", f"/{made.json()['id']}/end", {})
    assert ended.json()["released"] == 3
    until(lambda: board.states("silent") == {"sent": 3} and len(heard(world, "silent")) == 1)
    assert ask(board, "POST", f"/{made.json()['id']}/end", {}).status_code == 409
    states = {one["id"]: one["state"] for one in ask(board, "GET", "?ended=true").json()["silences"]}
    assert states[made.json()["id"]] == "ended"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ends_at": until_in(5)}, "matchers"),
        ({"number": "N1", "ends_at": until_in(-1)}, "ends_at"),
        ({"number": "N1", "ends_at": until_in(49)}, "ends_at"),
        ({"area": "nowhere", "ends_at": until_in(1)}, "area"),
        ({"levels": ["P9"], "ends_at": until_in(1)}, "levels"),
        ({"number": "N1", "ends_at": "tomorrow"}, "ends_at"),
    ],
)
def test_what_cannot_be_silenced(board: Board, body: dict[str, Any], field: str) -> None:
    answer = ask(board, "POST", "", body | {"reason": "x"})
    assert answer.status_code == 422 and field in answer.text, answer.text


def test_a_leader_silences_their_area_and_no_other(board: Board) -> None:
    body = {"category": "01", "reason": "修路", "ends_at": until_in(1)}
    made = ask(board, "POST", "", body, "leader", "g2").json()
    assert made["matchers"] == {"category": "01", "area": "g2"}, "it ends where their rights end"
    assert ask(board, "POST", "", body | {"area": "g1"}, "leader", "g2").status_code == 403
    assert ask(board, "POST", "", body | {"area": "v03"}, "leader", "g2").status_code == 403
    below = ask(board, "POST", "", body | {"area": "g1"}, "leader", "v03")
    assert below.status_code == 201
    seen = [one["id"] for one in ask(board, "GET", "", None, "leader", "g2").json()["silences"]]
    assert made["id"] in seen and below.json()["id"] not in seen
    assert ask(board, "POST", f"/{below.json()['id']}/end", {}, "leader", "g2").status_code == 403
    assert ask(board, "POST", f"/{made['id']}/end", {}, "leader", "v03").status_code == 200
    assert ask(board, "POST", f"/{below.json()['id']}/end", {}, "leader", "g1").status_code == 200


def test_by_command_line(board: Board) -> None:
    town = board.post.town
    added = json.loads(
        town.admin("notify", "silences", "add", "--number", "X-1", "--for", "2 emergency_hour", "--reason", "演练")
    )
    (listed,) = [json.loads(line) for line in town.admin("notify", "silences", "list").splitlines()]
    assert listed["id"] == added["id"] and listed["matchers"] == {"number": "X-1"}
    explain = ("notify", "routes", "explain", "--member", "m101")
    told = json.loads(town.admin(*explain, "--kind", "letter", "--level", "P3"))
    assert told["goes by"] == ["nothing"] and told["state"] == "no_route"
    assert {"route": "urgent", "why not": "levels: P3 is none of P1, P2"} in told["looked at"]
    about = ("--kind", "work_assigned", "--number", "X-1", "--level", "P1")
    told = json.loads(town.admin(*explain, *about))
    assert told["state"] == "silenced" and "演练" in told["reason"] and told["ways"] == ["work", "sms"]
    assert json.loads(town.admin("notify", "silences", "end", added["id"]))["released"] == 0
    told = json.loads(town.admin(*explain, *about))
    assert told["state"] == "sent" and board.states("X-1") == {}


def test_what_is_counted(board: Board) -> None:
    metrics = requests.get(f"http://{board.post.town.of('notify')[0].ops}/metrics", timeout=10).text
    assert 'wangge_notifications_total{outcome="held",why="group"}' in metrics
    assert 'wangge_notifications_total{outcome="muted",why="merged"}' in metrics
    assert "wangge_notification_group_size_bucket" in metrics
    assert "wangge_notifications_oldest_due_seconds" in metrics
