"""What is urgent and not read goes to who leads the member, each step once; reading it in time stops that."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika
import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns import files
from shared.messaging.envelope import Event, new_id
from tests.integration.test_intake_doors import publish
from tests.support.deliveries import LISTED, account
from tests.support.providers import providers
from tests.support.town import TemporaryTown
from tests.support.waiting import until

LADDER = [("2 second", "next_channel"), ("4 second", "leader")]
CHANNELS = ("dingtalk_robot", "webhook")
KINDS = ["work_assigned", "check_wanted", "work_offered"]
STEPS = {"P1": [{"after": after, "to": to} for after, to in LADDER]}
MEMBERS = {"m001": ("leader", "g001"), "m002": ("worker", "g001"), "m003": ("worker", "g001"), "d1": ("desk", None)}
ORDER = {"round": 1, "title": "路灯不亮", "place_text": "第1网格", "category": "0102", "why": "x", "settled": False}


class Town:
    """A town of which only notify runs."""

    def __init__(self, town: TemporaryTown):
        self.town = town
        self._numbers = iter(range(1, 10_000))

    def assign(self, *members: str, level: str = "P1", **data: Any) -> list[str]:
        """Work for each of these members; gives the numbers of its cases."""
        numbers = [f"20261130-{next(self._numbers):06d}" for _ in members]
        with self.town.database("notify") as connection, connection.cursor() as cursor:
            for number in numbers:
                cursor.execute("INSERT INTO cases VALUES (%s, 1, %s, 'report', '0102', 'g001', '[]')", (number, level))
        self.say(
            *(
                ("dispatch.work_assigned.v1", number, {"level": level, "member_id": member, "version": 1} | data)
                for number, member in zip(numbers, members, strict=True)
            )
        )
        return numbers

    def say(self, *messages: tuple[str, str, dict[str, Any]]) -> None:
        """As dispatch says it, now."""
        with self.town.broker() as connection:
            for kind, number, data in messages:
                order = ORDER | {"number": number, "order_id": new_id(), "level": "P1", "version": 2} | data
                now = dt.datetime.now(dt.UTC).isoformat()
                event = Event(new_id(), kind, f"/{self.town.name}/dispatch", now, order, number, new_id())
                publish(connection, "messages", f"{kind}.normal", event.encode())

    def act(self, member: str, action: str, data: dict[str, Any]) -> None:
        """As a member's client says it."""
        body = Event(new_id(), f"action.{action}.v1", member, dt.datetime.now(dt.UTC).isoformat(), data).encode()
        properties = pika.BasicProperties(delivery_mode=2, user_id=f"{self.town.name}-{member}")
        with self.town.broker("members", member) as connection:
            connection.channel().basic_publish("actions", f"{member}.{action}", body, properties)

    def notices(self, member: str, number: str | None = None) -> list[tuple[int, str, dict[str, Any]]]:
        statement = "SELECT notice_number, kind, body FROM notices WHERE member_id = %s ORDER BY notice_number"
        return [row for row in self.town.rows("notify", statement, member) if number in (None, row[2].get("number"))]

    def watched(self, number: str) -> dict[str, Any]:
        """What is known of the watched notice about a case."""
        statement = "SELECT notice_id::text, taken, ended, due IS NULL, since FROM unread WHERE number = %s"
        ((notice, taken, ended, over, since),) = until(lambda: self.town.rows("notify", statement, number))
        steps = self.town.rows(
            "notify", "SELECT measure, reached, at FROM unread_steps WHERE notice_id = %s ORDER BY step", notice
        )
        return {"taken": taken, "ended": ended, "over": over, "since": since, "steps": steps}

    def ended(self, number: str) -> str:
        return str(until(lambda: (found := self.watched(number))["over"] and found)["ended"])

    def get(self, path: str, role: str, name: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.town.token(role, name)}"}
        return requests.get(f"{self.town.url('notify')}{path}", headers=headers, timeout=30)


@contextmanager
def opened(servers: Servers, folder: Path, logs: Path, **section: Any) -> Iterator[Town]:
    """With members of the first grid; the rule set has nothing but what is given, for notify alone."""
    with TemporaryTown(servers, folder, services=("notify",), logs=logs) as town:
        files.write_yaml(logs / "own.yaml", {"name": "own", "notify": section}, "For notify alone.")
        town.admin("notify", "load-rules", str(logs / "own.yaml"))
        with town.database("notify") as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO areas VALUES ('t', 1, NULL, '镇', 'town'), ('g001', 1, 't', '一', 'grid')")
            for member, (role, grid) in MEMBERS.items():
                cursor.execute(
                    "INSERT INTO members (member_id, version, name, language, active, role, grid_id)"
                    " VALUES (%s, 1, %s, 'zh', true, %s, %s)",
                    (member, member, role, grid),
                )
        yield Town(town)


@pytest.fixture(scope="module")
def line(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    unread = {"kinds": KINDS, "steps": STEPS}
    with opened(servers, small_town, tmp_path_factory.mktemp("unread"), unread=unread) as town:
        town.town.start("notify")
        yield town


def test_nobody_reads_it_and_the_leader_hears_of_it(line: Town) -> None:
    (number,) = line.assign("m002")
    assert line.ended(number) == "all_done"
    known = line.watched(number)
    assert [measure for measure, _, _ in known["steps"]] == [to for _, to in LADDER]
    for (_, _, at), (after, _) in zip(known["steps"], LADDER, strict=True):
        late = (at - known["since"]).total_seconds() - float(after.partition(" ")[0])
        assert 0 <= late < 10, "never early"
    ((place, kind, body),) = line.notices("m001", number)
    assert kind == "notice_unread" and place >= 1 and body["to_member_id"] == "m002"
    assert "m002" in body["text_zh"] and "not read" in body["text_en"]


@pytest.mark.parametrize("way", ["poll", "read", "catch_up"])
def test_what_is_read_in_time_goes_no_further(line: Town, way: str) -> None:
    (number,) = line.assign("m003")
    place = until(lambda: line.notices("m003", number))[0][0]
    if way == "poll":
        assert line.get(f"/notify/notices?after={place}", "member", "m003").json()["notices"] == []
    elif way == "read":
        line.act("m003", "read", {"upto": place})
    else:  # the client has it, and more, and says how much of it was read
        line.act("m003", "catch_up", {"after": 10**9, "seen": place})
    assert line.ended(number) == "read"
    assert line.watched(number)["steps"] == [] and line.notices("m001", number) == []
    assert line.town.rows("notify", "SELECT upto FROM seen WHERE member_id = 'm003'") == [(place,)]


def test_reading_what_came_before_is_not_reading_it_and_nobody_reads_what_is_to_come(line: Town) -> None:
    (before, after) = line.assign("m003", "m003")
    first, second = (until(lambda n=number: line.notices("m003", n))[0][0] for number in (before, after))
    line.act("m003", "read", {"upto": min(first, second)})
    assert {line.ended(before), line.ended(after)} == {"read", "all_done"}
    line.act("m003", "read", {"upto": 2**60})
    last = line.notices("m003")[-1][0]
    until(lambda: line.town.rows("notify", "SELECT upto FROM seen WHERE member_id = 'm003'") == [(last,)])
    line.act("m003", "read", {"upto": 1})  # comes late: what is read stays read
    (number,) = line.assign("m003")
    assert line.ended(number) == "all_done"


@pytest.mark.parametrize(
    ("kind", "data", "ended"),
    [
        ("dispatch.work_acknowledged.v1", {"member_id": "m002"}, "acted"),
        ("dispatch.work_progressed.v1", {"member_id": "m002"}, "acted"),
        (
            "dispatch.action_answered.v1",
            {"member_id": "m002", "command_id": "c", "action": "acknowledge", "accepted": False},
            "acted",
        ),
        ("dispatch.work_assigned.v1", {"member_id": "m003", "from_member_id": "m002", "level": "P4"}, "taken_away"),
        ("dispatch.work_withdrawn.v1", {"member_id": "m002", "was": "dispatched", "why": "x"}, "taken_away"),
        ("intake.case_closed.v1", {}, "case_over"),
        ("dispatch.work_acknowledged.v1", {"member_id": "m003"}, "all_done"),  # that was somebody else
    ],
)
def test_whoever_acts_or_has_it_no_more_is_not_reminded(
    line: Town, kind: str, data: dict[str, Any], ended: str
) -> None:
    (number,) = line.assign("m002")
    until(lambda: line.notices("m002", number))
    line.say((kind, number, data))
    assert line.ended(number) in (ended, *(("case_over",) if ended == "taken_away" else ()))
    assert len(line.watched(number)["steps"]) == (2 if ended == "all_done" else 0)


def test_what_is_known_before_the_notice_comes_counts_too(line: Town) -> None:
    """Queues promise no order: the act may be heard before what it is about."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    with line.town.database("notify") as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO acts VALUES (%s, 'm002', %s)", ("20261130-009999", now))
        cursor.execute("INSERT INTO cases VALUES ('20261130-009999', 1, 'P1', 'report', '0102', 'g001', '[]')")
    line.say(("dispatch.work_assigned.v1", "20261130-009999", {"member_id": "m002"}))
    assert line.ended("20261130-009999") == "acted"


def test_what_expires_is_not_said(line: Town) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    (number,) = line.assign("m002", due_at=soon.isoformat())
    assert line.ended(number) == "expired"
    (other,) = line.assign("m002", level="P2")
    until(lambda: line.notices("m002", other))
    assert line.town.rows("notify", "SELECT 1 FROM unread WHERE number = %s", other) == []


def test_what_went_out_is_shown_to_whom_it_concerns(line: Town) -> None:
    line.assign("m002", level="P4")
    (number,) = line.assign("m002")
    assert line.ended(number) == "all_done"
    for role, name, query, seen in (
        ("desk", "d1", f"number={number}", {"m001", "m002"}),
        ("member", "m002", f"number={number}", {"m002"}),
        ("member", "m003", f"number={number}", set()),
        ("leader", "m001", f"number={number}&person=m001", {"m001"}),
    ):
        rows = line.get(f"/notify/sent?{query}", role, name).json()["sent"]
        assert {row["person"] for row in rows} == seen, (role, name)
    assert line.get("/notify/sent?person=m002", "member", "m003").status_code == 404
    assert line.get("/notify/sent", "desk", "d1").status_code == 422
    (row,) = line.get(f"/notify/sent?number={number}", "member", "m002").json()["sent"]
    assert (row["outcome"], row["reason"]) == ("delivered", "all_done")
    assert [step["measure"] for step in row["unread_steps"]] == [to for _, to in LADDER]
    page = line.get("/notify/sent?person=m002", "desk", "d1").json()["sent"]
    older = line.get(f"/notify/sent?person=m002&before={page[0]['id']}", "desk", "d1").json()["sent"]
    assert older[0]["id"] == page[1]["id"]
    told = line.town.admin("notify", "sent", number)
    assert "已送达 delivered" in told and "m001" in told and "报负责人 leader" in told
    assert "work_assigned" in line.town.admin("notify", "sent", "m002")


def test_the_next_channel_says_it_in_other_words(servers: Servers, small_town: Path, tmp_path: Path) -> None:
    """First the robot, then the webhook, then nothing is left; a reminder that waits is not sent when it was read."""
    route = {"ways": ["robot", "hook"], "repeat": "1 day"}
    steps = [("2 second", "next_channel"), ("4 second", "next_channel"), ("6 second", "leader")]
    unread = {"kinds": KINDS, "steps": {"P1": [{"after": after, "to": to} for after, to in steps]}}
    with providers() as world, opened(servers, small_town, tmp_path, route=route, unread=unread) as line:
        accounts = [account("robot", "dingtalk_robot", world, tmp_path), account("hook", "webhook", world, tmp_path)]
        file = tmp_path / "channels.yaml"
        files.write_yaml(file, {"accounts": accounts}, "Accounts.")
        line.town.admin("notify", "channels", "add", str(file))
        line.town.start("notify", WEBHOOK_NETWORKS=LISTED)
        (number,) = line.assign("m002", title="路灯倒了")
        assert line.ended(number) == "all_done"
        taken = [(measure, reached) for measure, reached, _ in line.watched(number)["steps"]]
        assert taken == [("next_channel", ["robot"]), ("next_channel", ["hook", "robot"]), ("leader", ["m001"])]
        told = {channel: [text for text in world.texts(channel) if "m002" not in text] for channel in CHANNELS}
        assert [len(told[channel]) for channel in CHANNELS] == [1, 1]
        assert "第2次" in told["webhook"][0] and "第2次" not in told["dingtalk_robot"][0]
        sent = line.get(f"/notify/sent?number={number}&person=m002", "desk", "d1").json()["sent"]
        ways = [(row["outcome"], [one["way"] for one in row["deliveries"] or ()]) for row in reversed(sent)]
        assert ways == [("delivered", ["queue"]), ("sent", ["robot"]), ("sent", ["hook"]), ("no_way", [])]
        assert "robot" in line.town.admin("notify", "sent", "m002")
        (other,) = line.assign("m003", title="路灯又倒了")
        arrived = "UPDATE channel_deliveries SET read_at = now() WHERE number = %s AND state = 'delivered' RETURNING 1"
        until(lambda: line.town.rows("notify", arrived, other))
        assert line.ended(other) == "read", "the provider has said so"


def test_what_was_read_is_not_said_on_channels_any_more(servers: Servers, small_town: Path, tmp_path: Path) -> None:
    """Neither what is held back for others like it, nor what waits for an account that cannot send."""
    slow = {"name": "slow", "match": {"levels": ["P3"]}, "group_by": ["receiver"], "group_wait": "10 minute"}
    with (
        providers() as world,
        opened(servers, small_town, tmp_path, route={"ways": ["hook"], "routes": [slow]}) as line,
    ):
        files.write_yaml(
            tmp_path / "channels.yaml", {"accounts": [account("hook", "webhook", world, tmp_path)]}, "Accounts."
        )
        line.town.admin("notify", "channels", "add", str(tmp_path / "channels.yaml"))
        with line.town.database("notify") as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE channel_accounts SET blocked_until = now() + interval '1 hour'")
        line.town.start("notify", WEBHOOK_NETWORKS=LISTED)
        states = "SELECT n.level, n.state, d.state, d.target FROM notifications n LEFT JOIN channel_deliveries d"
        states += " ON d.key = n.sent_in WHERE n.receiver = %s ORDER BY 1"
        line.assign("m002", level="P1"), line.assign("m002", level="P3"), line.assign("m003", level="P3")
        waiting = [("P1", "sent", "created"), ("P3", "held", None)]
        until(lambda: [row[:3] for row in line.town.rows("notify", states, "m002")] == waiting)
        line.act("m002", "read", {"upto": line.notices("m002")[-1][0]})
        read = [("P1", "sent", "superseded", ""), ("P3", "read", None, None)]
        until(lambda: line.town.rows("notify", states, "m002") == read)
        until(lambda: [row[1] for row in line.town.rows("notify", states, "m003")] == ["held"])
        assert not world.texts("webhook")


def test_two_replicas_that_are_killed_take_each_step_once(servers: Servers, small_town: Path, tmp_path: Path) -> None:
    steps = {"P1": [{"after": f"{n} second", "to": "leader"} for n in (1, 2, 3, 4)]}
    with opened(servers, small_town, tmp_path, unread={"kinds": KINDS, "steps": steps}) as line:
        one, other = line.town.start("notify", replicas=2)
        numbers = line.assign(*["m002"] * 25, *["m003"] * 25)
        for victim in (one, other, one):
            time.sleep(1.1)
            victim.kill()
            victim.start()
        for number in numbers:
            assert line.ended(number) == "all_done"
        taken = line.town.rows("notify", "SELECT notice_id, step FROM unread_steps")
        assert Counter(step for _, step in taken) == {1: 50, 2: 50, 3: 50, 4: 50}
        heard = line.notices("m001")
        assert [place for place, _, _ in heard] == list(range(1, 201)), "numbered, and none twice"
        assert Counter(body["number"] for _, _, body in heard) == dict.fromkeys(numbers, 4)
        early = "SELECT 1 FROM unread_steps t JOIN unread u USING (notice_id) WHERE t.at < u.since + t.step * %s"
        assert line.town.rows("notify", early, dt.timedelta(seconds=1)) == []


def test_a_town_without_such_rules_watches_nothing(servers: Servers, small_town: Path, tmp_path: Path) -> None:
    with opened(servers, small_town, tmp_path) as line:
        line.town.start("notify")
        (number,) = line.assign("m002")
        place = until(lambda: line.notices("m002", number))[0][0]
        line.say(("dispatch.work_acknowledged.v1", number, {"member_id": "m002"}))
        line.act("m002", "read", {"upto": place})
        until(lambda: line.town.rows("notify", "SELECT upto FROM seen") == [(place,)])
        for table in ("unread", "unread_steps", "acts"):
            assert line.town.rows("notify", f"SELECT * FROM {table}") == []
