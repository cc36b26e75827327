"""Who has subscribed hears what happens, once and in order: by stream, long poll and queue, from either replica."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.provision.token import sign
from services.notify import use_cases
from services.notify.store import Work
from shared.db.pool import Pool
from shared.outbox.unit_of_work import NullRelay, opener
from tests.support.happenings import Happenings, Listener, listening, settle
from tests.support.town import TemporaryTown
from tests.support.waiting import until

THIN = {"position", "transition", "number", "round", "level", "category", "kind", "area", "at"}


class World:
    def __init__(self, town: TemporaryTown, happen: Happenings):
        self.town, self.happen = town, happen
        self.count = 0

    def ask(self, method: str, path: str, role: str, name: str, body: Any = None, at: int = 0) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.town.token(role, name)}"}
        url = f"http://{self.town.of('notify')[at].http}{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=40)

    def subscribe(self, receiver: dict[str, Any], who: tuple[str, str] = ("desk", "desk1"), **more: Any) -> str:
        body = {"receiver": receiver, "reason": "演练"} | ({"queue": True} if "system" in receiver else {}) | more
        answer = self.ask("POST", "/notify/subscriptions", *who, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def end(self, subscription: str) -> None:
        answer = self.ask("POST", f"/notify/subscriptions/{subscription}/end", "desk", "desk1", {"reason": "够了"})
        assert answer.status_code == 200, answer.text

    def stream(self, role: str, name: str, last: int | None = None, at: int = 0, path: str = "feed") -> Any:
        url = f"http://{self.town.of('notify')[at].http}/notify/{path}/stream"
        return listening(url, self.town.token(role, name), last)

    def case(self, **more: Any) -> str:
        """A new case; all that is subscribed to happens to it after this."""
        self.count += 1
        number = f"20261130-{self.count:06}"
        self.happen.case(number, **more)
        until(lambda: self.town.rows("notify", "SELECT 1 FROM cases WHERE number = %s", number))
        return number

    def last(self) -> int:
        return int(self.town.rows("notify", "SELECT last FROM feed_positions")[0][0])


@pytest.fixture(scope="module")
def world(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    logs = tmp_path_factory.mktemp("logs")
    with TemporaryTown(servers, small_town, services=("notify",), logs=logs) as town:
        settle(town)
        town.start("notify", replicas=2)
        happen = Happenings(town)
        yield World(town, happen)
        happen.close()
        for process in town.processes:
            assert process.alive and "Traceback" not in process.log.read_text(encoding="utf-8")


def heard(listener: Listener) -> list[tuple[str, str]]:
    return [(event["data"]["transition"], event["data"]["number"]) for event in listener.events]


def test_nobody_has_subscribed_and_nothing_is_kept(world: World) -> None:
    number = world.case()
    world.happen.work("assigned", number)
    until(
        lambda: world.town.rows("notify", "SELECT count(*) FROM inbox WHERE handler LIKE '%%transitions%%'")[0][0] >= 2
    )
    assert world.last() == 0 and world.town.rows("notify", "SELECT * FROM feed") == []


def test_a_system_hears_on_both_replicas_what_it_has_subscribed_to(world: World) -> None:
    one = world.subscribe({"system": "screen"}, transitions=["work_assigned"], area="330822111201", categories=["01"])
    number, elsewhere = world.case(), world.case(category="0201")
    with world.stream("subscriber", "screen") as near, world.stream("subscriber", "screen", at=1) as far:
        world.happen.work("resolved", number)
        world.happen.work("assigned", elsewhere)
        world.happen.work("assigned", number, title="路灯不亮")
        until(lambda: near.events and far.events)
    assert near.events == far.events and heard(near) == [("work_assigned", number)]
    (event,) = near.events
    assert event["type"] == "feed.work_assigned.v1" and event["source"] == f"/{world.town.name}/notify"
    assert event["data"].keys() == THIN and event["data"]["area"] == ["330822111", "330822111201", "g001"]
    assert near.last == event["data"]["position"] == world.last()
    world.end(one)


def test_whoever_comes_back_gets_what_was_missed_and_no_more(world: World) -> None:
    one = world.subscribe({"system": "away"})
    number = world.case()
    with world.stream("subscriber", "away") as listener:
        world.happen.work("assigned", number)
        until(lambda: listener.events)
    last = listener.last
    assert last is not None
    world.happen.work("acknowledged", number)
    until(lambda: world.last() == last + 1)  # said at once, two replicas might hear them
    world.happen.work("resolved", number)
    until(lambda: world.last() == last + 2)
    with world.stream("subscriber", "away", last, at=1) as again:
        until(lambda: len(again.events) == 2)
        world.happen.work("verified", number)
        until(lambda: len(again.events) == 3)
    names = ["work_acknowledged", "work_resolved", "work_verified"]
    assert [name for name, _ in heard(again)] == names and again.others == []
    world.end(one)
    with world.stream("subscriber", "away", last) as late:
        world.happen.work("extended", number)
        time.sleep(0.5)
    assert late.events == [], "a subscription that has ended gives nothing more, of the past either"


def test_a_quiet_listener_learns_how_far_it_has_heard(world: World) -> None:
    """What is not for it moves its position all the same, so that it need not be looked through again."""
    quiet, loud = world.subscribe({"system": "quiet"}, levels=["P1"]), world.subscribe({"system": "loud"})
    number = world.case()
    with world.stream("subscriber", "quiet") as listener:
        world.happen.work("assigned", number)
        until(lambda: listener.last == world.last() > 0 and listener.events == [], seconds=40)
    world.end(quiet)
    world.end(loud)


def test_long_poll_waits_and_pages(world: World) -> None:
    one = world.subscribe({"system": "poller"}, transitions=["work_progressed"])
    first = world.ask("GET", "/notify/feed", "subscriber", "poller").json()
    assert first["events"] == [] and first["cut"] is None
    numbers = [world.case() for _ in range(5)]
    answers: list[Any] = []
    path = f"/notify/feed?after={first['next']}&wait=20"
    waiting = threading.Thread(target=lambda: answers.append(world.ask("GET", path, "subscriber", "poller").json()))
    waiting.start()
    time.sleep(0.5)
    started = time.monotonic()
    world.happen.work("progressed", numbers[0])
    waiting.join()
    assert time.monotonic() - started < 5
    assert [event["data"]["number"] for event in answers[0]["events"]] == numbers[:1]
    world.happen.work("progressed", *numbers[1:])
    after, got = answers[0]["next"], []
    while len(got) < 4:
        page = world.ask("GET", f"/notify/feed?after={after}&wait=10&limit=3", "subscriber", "poller", at=1).json()
        assert len(page["events"]) <= 3 and page["cut"] is None
        got += [event["data"]["number"] for event in page["events"]]
        after = page["next"]
    assert sorted(got) == sorted(numbers[1:])
    started = time.monotonic()
    assert world.ask("GET", f"/notify/feed?after={after}&wait=1", "subscriber", "poller").json()["events"] == []
    assert 0.9 < time.monotonic() - started < 10
    for query in ("after=x", "wait=31", "limit=501", "after=-1"):
        assert world.ask("GET", f"/notify/feed?{query}", "subscriber", "poller").status_code == 422, query
    world.end(one)


def test_what_is_kept_no_longer_is_said_to_be_cut(world: World) -> None:
    one = world.subscribe({"system": "late"})
    number = world.case()
    world.happen.work("assigned", number)
    world.happen.work("resolved", number)
    until(lambda: world.ask("GET", "/notify/feed?after=0", "subscriber", "late").json()["next"] == world.last() >= 2)
    pool = Pool(world.town.secrets.read("notify", "database_url"), 1, "test")
    open_work = opener(pool, NullRelay(), "/t/notify", Work)
    assert use_cases.forget_feed((7, 1), open_work) > 0
    last = world.last()
    answer = world.ask("GET", "/notify/feed?after=0", "subscriber", "late").json()
    assert answer["cut"] == {"from": 1, "to": last - 1} and len(answer["events"]) == 1 and answer["next"] == last
    with world.stream("subscriber", "late", 0) as listener:
        until(lambda: listener.events)
    assert listener.others == [("cut", {"from": 1, "to": last - 1})]
    assert [event["data"]["position"] for event in listener.events] == [last]
    with world.stream("subscriber", "late", last + 5) as ahead:  # the database was restored from an older copy
        until(lambda: ahead.others)
        world.happen.work("extended", number)
        until(lambda: ahead.events)
    assert ahead.others == [("cut", {"from": last + 1, "to": last + 5})]
    world.end(one)


def test_members_hear_what_is_theirs(world: World) -> None:
    """A member by themselves, a role by where it works, nobody by what lies elsewhere."""
    own = world.subscribe({"member": "m001"}, ("member", "m001"), transitions=["work_supervised"])
    role = world.subscribe({"role": "leader"}, transitions=["work_supervised"])
    here, there = world.case(), world.case(area="g002")
    names = ("m001", "m002", "l001", "l002", "guide1")
    listeners = {}
    for name in names:
        kind = "leader" if name[0] in "lg" else "member"
        headers = world.stream(kind, name)
        listeners[name] = headers
    opened = {name: context.__enter__() for name, context in listeners.items()}
    world.happen.work("supervised", here)
    world.happen.work("supervised", there)
    until(lambda: len(opened["guide1"].events) == 2 and opened["l002"].events and opened["m001"].events)
    time.sleep(0.3)
    for context in listeners.values():
        context.__exit__(None, None, None)
    got = {name: sorted(number for _, number in heard(listener)) for name, listener in opened.items()}
    assert got == {"m001": [here], "m002": [], "l001": [here], "l002": [there], "guide1": sorted([here, there])}
    with world.town.database("notify") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE members SET grid_id = 'g002' WHERE member_id = 'm001'")
    assert world.ask("GET", "/notify/feed?after=0", "member", "m001").json()["events"] == [], "who works elsewhere now"
    with world.town.database("notify") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE members SET grid_id = 'g001' WHERE member_id = 'm001'")
    world.end(own)
    world.end(role)


def test_positions_have_no_gap_for_anybody_who_reads_along(world: World) -> None:
    """Two processes say at the same time; whoever has seen n never finds something before it later."""
    one = world.subscribe({"system": "counter"}, transitions=["work_extended", "work_redated"])
    numbers = [world.case() for _ in range(20)]
    start, seen, stop = world.last(), [], threading.Event()

    def read() -> None:
        with world.town.database("notify") as connection, connection.cursor() as cursor:
            while not stop.is_set():
                after = seen[-1] if seen else start
                cursor.execute("SELECT position FROM feed WHERE position > %s ORDER BY position", (after,))
                seen.extend(position for (position,) in cursor.fetchall())

    reader = threading.Thread(target=read)
    reader.start()
    for at in range(40):
        name = ("extended", "redated")[at % 2]
        for number in numbers:
            world.happen.work(name, number)
    until(lambda: world.last() == start + 800, seconds=60)
    until(lambda: seen and seen[-1] == start + 800)
    stop.set()
    reader.join()
    assert seen == list(range(start + 1, start + 801))
    world.end(one)


def test_systems_hear_from_their_own_queue(world: World) -> None:
    """On the exchange `feed`, by the key of the transition; nothing is said there for members alone."""
    number = world.case()
    with world.town.broker() as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "feed", "*.0102.330822111.330822111201.#")
        alone = world.subscribe({"role": "leader"}, transitions=["work_transferred"])
        one = world.subscribe({"system": "county"}, transitions=["work_suspended"])
        before = world.last()
        world.happen.work("transferred", number)
        world.happen.work("suspended", number)
        until(lambda: world.last() == before + 2)
        method, properties, body = until(
            lambda: next(iter([got for got in [channel.basic_get(queue)] if got[0]]), None)
        )
        assert method.routing_key == "work_suspended.0102.330822111.330822111201.g001"
        assert properties.content_type == "application/cloudevents+json"
        event = json.loads(body)
        stored = world.ask("GET", f"/notify/feed?after={before}", "subscriber", "county").json()["events"]
        assert stored == [event], "the same, however it travels"
        time.sleep(0.3)
        assert channel.basic_get(queue)[0] is None
        world.end(alone)
        world.end(one)


def test_notices_come_as_a_stream_and_by_long_poll(world: World) -> None:
    body = {"text_zh": "好", "text_en": "good"}

    def tell(number: int) -> None:
        with world.town.database("notify") as connection:
            connection.autocommit = False
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO counters VALUES ('m002', %s) ON CONFLICT (member_id) DO UPDATE SET said = %s",
                    (number, number),
                )
                cursor.execute(
                    "INSERT INTO notices VALUES (gen_random_uuid(), 'm002', %s, 'work_assigned', %s, 'e', now())",
                    (number, json.dumps(body)),
                )
            connection.commit()

    tell(1)
    with world.stream("member", "m002", path="notices") as listener:
        tell(2)
        until(lambda: listener.events)
    assert [event["data"]["notice_number"] for event in listener.events] == [2] and listener.last == 2
    tell(3)
    with world.stream("member", "m002", 1, at=1, path="notices") as again:
        until(lambda: len(again.events) == 2)
    assert [event["data"]["notice_number"] for event in again.events] == [2, 3]
    answers: list[Any] = []
    path = "/notify/notices?after=3&wait=20"
    waiting = threading.Thread(target=lambda: answers.append(world.ask("GET", path, "member", "m002").json()))
    waiting.start()
    time.sleep(0.4)
    tell(4)
    waiting.join()
    assert [notice["notice_number"] for notice in answers[0]["notices"]] == [4] and answers[0]["last"] == 4


def test_nobody_listens_without_bound(world: World) -> None:
    url = f"{world.town.url('notify')}/notify/feed/stream"
    token = world.town.token("subscriber", "greedy")
    open_ones = [Listener(url, token) for _ in range(10)]
    try:
        assert {one.answer.status for one in open_ones} == {200}
        refused = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert refused.status_code == 429 and refused.headers["Retry-After"]
    finally:
        for one in open_ones:
            one.close()
    ops = requests.get(f"http://{world.town.of('notify')[0].ops}/metrics", timeout=10).text
    assert 'wangge_http_listeners{stream="feed",way="sse"}' in ops and "wangge_feed_events_total" in ops


def test_a_stream_ends_with_its_token(world: World) -> None:
    token = sign(world.town.secrets, world.town.name, "subscriber", "brief", minutes=0.05)
    with listening(f"{world.town.url('notify')}/notify/feed/stream", token) as listener:
        until(lambda: listener.ended, seconds=10)


def test_another_town_s_token_and_other_roles_hear_nothing(world: World) -> None:
    foreign = sign(world.town.secrets, "another-town", "subscriber", "screen")
    for path in ("/notify/feed", "/notify/feed/stream", "/notify/subscriptions"):
        url = f"{world.town.url('notify')}{path}"
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.get(url, headers={"Authorization": f"Bearer {foreign}"}, timeout=10).status_code == 401
        assert world.ask("GET", path, "source", "hotline").status_code == 403
    assert world.ask("POST", "/notify/subscriptions", "subscriber", "screen", {}).status_code == 403


REFUSED = [
    (("member", "m001"), {"receiver": {"member": "m002"}}, 403, "yourself only"),
    (("member", "m001"), {"receiver": {"member": "m001"}, "area": "g002"}, 403, "your rights end at the area 'g001'"),
    (("member", "m001"), {"receiver": {"role": "leader"}}, 403, "yourself only"),
    (("member", "m001"), {"receiver": {"system": "screen"}, "queue": True}, 403, "by the desk"),
    (("desk", "desk1"), {"receiver": {"system": "screen"}}, 422, "a way to hear"),
    (("desk", "desk1"), {"receiver": {"system": "UPPER"}, "queue": True}, 422, "small letters"),
    (("desk", "desk1"), {"receiver": {"system": "aa", "member": "m001"}}, 422, "give one of"),
    (("desk", "desk1"), {"receiver": {"member": "m001"}, "area": "nowhere"}, 422, "there is no area"),
    (("desk", "desk1"), {"receiver": {"member": "m001"}, "expires_at": "2020-01-01T00:00:00Z"}, 422, "over already"),
    (("desk", "desk1"), {"receiver": {"member": "m001"}, "surprise": 1}, 422, "nobody reads it"),
]


@pytest.mark.parametrize(("who", "body", "status", "why"), REFUSED)
def test_what_may_not_be_had_is_refused_with_what_to_do(
    world: World, who: tuple[str, str], body: dict[str, Any], status: int, why: str
) -> None:
    answer = world.ask("POST", "/notify/subscriptions", *who, body | {"reason": "演练"})
    assert answer.status_code == status and why in answer.text, answer.text


def test_lists_and_ends_keep_to_what_is_somebody_s(world: World) -> None:
    mine = world.subscribe({"member": "m001"}, ("member", "m001"))
    assert mine in world.ask("GET", "/notify/subscriptions", "member", "m001").text
    assert mine in world.ask("GET", "/notify/subscriptions?kind=member", "desk", "desk1").text
    assert mine not in world.ask("GET", "/notify/subscriptions?receiver=m001", "member", "m002").text
    path, reason = f"/notify/subscriptions/{mine}/end", {"reason": "够了"}
    assert world.ask("POST", path, "member", "m002", reason).status_code == 403
    assert world.ask("POST", path, "member", "m001", reason).status_code == 200
    assert world.ask("POST", path, "member", "m001", reason).status_code == 409
    assert world.ask("POST", "/notify/subscriptions/none/end", "member", "m001", reason).status_code == 404
    assert mine not in world.ask("GET", "/notify/subscriptions", "member", "m001").text
    assert mine in world.ask("GET", "/notify/subscriptions?ended=true", "member", "m001").text


def test_administrators_add_list_explain_and_end(world: World, tmp_path: Path) -> None:
    file = tmp_path / "subscriptions.yaml"
    file.write_text(
        "subscriptions:\n"
        "  - {receiver: {system: drill}, queue: true, levels: [P3], area: g001, reason: 演练}\n"
        "  - {receiver: {role: leader}, transitions: [work_assigned], reason: 演练}\n"
        "  - {receiver: {member: m002}, area: g002, reason: 演练, expires_at: 2099-01-01T00:00:00+08:00}\n",
        encoding="utf-8",
    )
    added = [json.loads(line) for line in world.town.admin("notify", "subscriptions", "add", str(file)).splitlines()]
    assert [one["receiver"] for one in added] == ["drill", "leader", "m002"]
    number = world.case()
    said = world.town.admin("notify", "subscriptions", "explain", number, "--transition", "work_assigned")
    found = {one["id"]: one for line in said.splitlines() for one in [json.loads(line)]}
    drill, leader, other = (found[one["id"]] for one in added)
    assert drill["matches"] and drill["hear"] == ["drill"] and drill["why"] == "in g001, levels P3"
    assert leader["hear"] == ["guide1", "l001"]
    assert not other["matches"] and other["part"] == "area" and "not in g002" in other["why"]
    listed = world.town.admin("notify", "subscriptions", "list", "drill")
    assert json.loads(listed)["made_by"].startswith("admin ")
    for one in added:
        world.town.admin("notify", "subscriptions", "end", one["id"], "--reason", "够了")
    file.write_text(
        "subscriptions:\n  - {receiver: {member: m001}, reason: x}\n  - {receiver: {role: king}, reason: x}\n"
    )
    with pytest.raises(Exception, match=r"subscriptions\.yaml:3: .*nobody is a 'king'"):
        world.town.admin("notify", "subscriptions", "add", str(file))
    assert world.town.admin("notify", "subscriptions", "list", "m001") == ""
