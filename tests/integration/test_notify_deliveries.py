"""The delivery engine, with real processes and providers that lie: who gets what, once, and what is known of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.provision.servers import Servers
from services.notify.domain.deliveries import Way
from services.notify.use_cases.engine import POLLS_EACH
from tests.support.deliveries import LISTED, SECRETS, Post, account, post_office
from tests.support.providers import Lie, Providers, providers
from tests.support.waiting import until

PHONE = "13812345678"
ROBOT, HOOK, APP, WORK, SMS = (Way("robot"), Way("hook"), Way("app", "u1"), Way("work", "u1"), Way("sms", PHONE))


@pytest.fixture(scope="module")
def world() -> Iterator[Providers]:
    with providers(hold=2.5) as server:
        yield server


@pytest.fixture(scope="module")
def second() -> Iterator[Providers]:
    """Another provider of SMS."""
    with providers() as server:
        yield server


@pytest.fixture(scope="module")
def post(
    servers: Servers,
    small_town: Path,
    tmp_path_factory: pytest.TempPathFactory,
    world: Providers,
    second: Providers,
) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("post")
    no_limits = [{"count": 1000, "in": "1 second"}]
    accounts = [
        account("robot", "dingtalk_robot", world, folder, unit="public_safety", limits=no_limits),
        account("slow", "wecom_robot", world, folder, limits=no_limits, at_once=1),
        account("hook", "webhook", world, folder),
        account("app", "wecom_app", world, folder, limits=no_limits),
        account("work", "dingtalk_work", world, folder),
        account("sms-one", "sms_aliyun", world, folder, way="sms", weight=1),
        account("sms-two", "sms_tencent", second, folder, way="sms", weight=0),
    ]
    with post_office(servers, small_town, folder) as post:
        assert json.loads(post.set_accounts(folder, accounts)) == {"accounts": len(accounts)}
        post.town.start("notify", CHANNEL_PATIENCE="1", WEBHOOK_NETWORKS=LISTED)
        yield post


def ended(post: Post, key: str, state: str) -> dict[str, object]:
    return until(lambda: next((row for row in post.rows(key) if row["state"] == state), None))


def test_each_channel_delivers_once(post: Post, world: Providers) -> None:
    for key, way in (("once-robot", ROBOT), ("once-hook", HOOK), ("once-app", APP), ("once-work", WORK)):
        assert len(post.want(key, ways=[way])) == 1
        assert post.want(key, ways=[way]) == [], "the same thing is said once in the town"
    post.want("once-sms", ways=[SMS])
    until(lambda: post.states("once-%") == {"delivered": 5})
    texts = [effect.text for effect in world.effects if "[once-" in effect.text]
    assert len(texts) == len(set(texts)) == 5


def test_the_first_retry_is_at_once_and_then_it_waits(post: Post, world: Providers) -> None:
    world.lies["dingtalk_robot"].extend([Lie("status", 500), Lie("status", 503)])
    post.want("retry", ways=[ROBOT])
    until(lambda: post.one("retry")["attempts"] == 2 and post.one("retry")["state"] == "created")
    assert "503" in post.one("retry")["reason"]
    post.hurry()
    assert ended(post, "retry", "delivered")["attempts"] == 3
    assert world.texts("dingtalk_robot")["新任务\n[retry] 路灯不亮"] == 1


def test_a_robot_that_is_throttled_is_left_alone(post: Post, world: Providers) -> None:
    world.lies["dingtalk_robot"].append(Lie("code", 130101))
    post.want("throttled", ways=[ROBOT])
    until(lambda: "130101" in post.one("throttled")["reason"])
    called = world.called("dingtalk_robot")
    post.want("behind", ways=[ROBOT])
    post.hurry()
    blocked = post.town.rows("notify", "SELECT blocked_until - now() FROM channel_accounts WHERE account_id = 'robot'")
    assert dt.timedelta(minutes=9) < blocked[0][0] <= dt.timedelta(minutes=10)
    post.want("urgent-behind", ways=[ROBOT, HOOK], level="P1")
    post.run("UPDATE channel_deliveries SET hurry_at = now() WHERE key = 'urgent-behind'")
    until(lambda: [row["state"] for row in post.rows("urgent-behind")] == ["failed", "delivered"])
    assert world.called("dingtalk_robot") == called, "nobody called the robot meanwhile"
    post.run("UPDATE channel_accounts SET blocked_until = NULL")
    post.hurry()
    until(lambda: post.states("throttled") == post.states("behind") == {"delivered": 1})


@pytest.mark.parametrize(("level", "fallen"), [("P3", False), ("P1", True)])
def test_an_effect_without_an_answer_is_uncertain(post: Post, world: Providers, level: str, fallen: bool) -> None:
    """It is not sent again; what is urgent goes on by the next channel, and both are known."""
    key = f"uncertain-{level}"
    world.lies["dingtalk_robot"].append(Lie("cut"))
    post.want(key, ways=[ROBOT, HOOK], level=level)
    ended(post, key, "uncertain")
    if fallen:
        ended(post, key, "delivered")
    assert len(post.rows(key)) == 1 + fallen
    assert world.texts("dingtalk_robot")[f"新任务\n[{key}] 路灯不亮"] == 1


def test_what_the_receiver_knows_again_is_sent_again(post: Post, world: Providers) -> None:
    world.lies["webhook"].append(Lie("cut"))
    world.lies["wecom_app"].append(Lie("hang"))
    post.want("again-hook", ways=[HOOK])
    post.want("again-app", ways=[APP])
    for key, channel in (("again-hook", "webhook"), ("again-app", "wecom_app")):
        row = ended(post, key, "delivered")
        assert row["attempts"] == 2 and row["doubtful"]
        assert sum(f"[{key}]" in text for text in world.texts(channel).elements()) == 1, "one effect"


def test_accepted_and_dropped_is_not_delivered(post: Post, world: Providers) -> None:
    world.lies["dingtalk_work"].append(Lie("drop"))
    post.want("dropped", ways=[WORK, HOOK])
    until(lambda: [row["state"] for row in post.rows("dropped")] == ["failed", "delivered"])
    assert "dropped it" in post.rows("dropped")[0]["reason"]


def test_the_same_words_on_one_day_go_to_the_next_channel(post: Post, world: Providers) -> None:
    with_words = {"ways": [Way("work", "u9"), HOOK]}
    post.want("words", **with_words)
    ended(post, "words", "delivered")
    post.run("UPDATE channel_deliveries SET key = 'words-before' WHERE key = 'words'")
    called = world.called("dingtalk_work")
    post.want("words", **with_words)
    until(lambda: [row["state"] for row in post.rows("words")] == ["failed", "delivered"])
    assert world.called("dingtalk_work") == called


def test_a_receipt_that_comes_late_counts(post: Post, world: Providers) -> None:
    task = str(world.tasks + 1)
    world.results[task] = [{}, {"unread_user_id_list": ["u2"]}]
    post.want("late", ways=[Way("work", "u2"), HOOK], level="P1")
    until(lambda: post.states("late") == {"accepted": 1} and len(world.results[task]) == 1)
    post.run("UPDATE channel_deliveries SET accepted_at = now() - interval '1 hour' WHERE key = 'late'")
    world.results[task] = [{}]
    post.hurry()
    until(lambda: sorted(row["state"] for row in post.rows("late")) == ["delivered", "uncertain"])
    world.results[task] = [{"read_user_id_list": ["u2"]}]
    post.hurry()
    until(lambda: post.states("late") == {"delivered": 2})


def test_of_many_receipts_that_are_due_the_urgent_are_asked_for_first(post: Post, world: Providers) -> None:
    first, many = world.tasks + 1, 6 * POLLS_EACH
    for task in range(first, first + many + 1):
        world.results[str(task)] = [{}]
    post.want(*(f"due-{n}" for n in range(many)), ways=[Way("work", "u9")])
    post.want("due-urgent", ways=[Way("work", "u9")], level="P1")
    accepted = "SELECT count(*) FROM channel_deliveries WHERE key LIKE 'due-%%' AND state = %s"
    until(lambda: post.town.rows("notify", accepted, "accepted") == [(many + 1,)])
    post.run("UPDATE channel_deliveries SET due = now() + interval '1 hour' WHERE key LIKE 'due-%'")
    for task in range(first, first + many + 1):
        world.results[str(task)] = [{"read_user_id_list": ["u9"]}]
    post.run("UPDATE channel_deliveries SET due = now() WHERE key LIKE 'due-%'")
    until(lambda: post.town.rows("notify", accepted, "delivered") == [(many + 1,)])
    before = """SELECT count(*) FROM channel_deliveries WHERE key LIKE 'due-%%' AND settled_at <
        (SELECT settled_at FROM channel_deliveries WHERE key = 'due-urgent')"""
    assert post.town.rows("notify", before)[0][0] < 2 * POLLS_EACH, "a replica had asked for a few already, at most"


def test_a_provider_says_that_it_was_read(post: Post, world: Providers) -> None:
    """What is urgent is asked after until then; whom it reaches is known for so long."""
    task = str(world.tasks + 1)
    world.results[task] = [{"unread_user_id_list": ["u4"]}]
    post.want("to-be-read", ways=[Way("work", "u4")], level="P1")
    known = "SELECT state, read_at IS NOT NULL, target = '' FROM channel_deliveries WHERE key = 'to-be-read'"
    until(lambda: post.town.rows("notify", known) == [("delivered", False, False)])
    world.results[task] = [{"read_user_id_list": ["u4"]}]
    post.hurry()
    until(lambda: post.town.rows("notify", known) == [("delivered", True, True)])
    (row,) = post.town.rows("notify", "SELECT due FROM channel_deliveries WHERE key = 'to-be-read'")
    assert row == (None,), "nobody asks any more"


def test_the_second_provider_of_sms_takes_over(post: Post, world: Providers, second: Providers) -> None:
    world.lies["sms_aliyun"].append(Lie("code", "isv.AMOUNT_NOT_ENOUGH"))
    post.want("sms-over", ways=[Way("sms", "13900000001")])
    assert ended(post, "sms-over", "delivered")["account_id"] == "sms-two"
    assert second.texts("sms_tencent") and not any("[sms-over]" in e.text for e in world.effects)


def test_a_reminder_after_its_deadline_is_not_sent(post: Post, world: Providers) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    post.want("expired", ways=[ROBOT], expires_at=past)
    post.want("not-yet", ways=[ROBOT], not_before=soon)
    ended(post, "expired", "expired")
    assert post.one("not-yet")["state"] == "created"
    assert not any("[expired]" in e.text or "[not-yet]" in e.text for e in world.effects)
    post.run("UPDATE channel_deliveries SET due = now() WHERE key = 'not-yet'")
    ended(post, "not-yet", "delivered")


def test_nobody_reaches_a_stranger(post: Post) -> None:
    post.want("stranger", ways=[Way("app", "stranger"), Way("work", "stranger"), Way("nowhere", "x"), Way("app", "")])
    until(lambda: [row["state"] for row in post.rows("stranger")] == ["failed", "failed", "failed"])
    assert "nobody knows" in post.rows("stranger")[-1]["reason"]
    post.want("no-way", ways=[Way("nowhere", "x")])
    assert post.one("no-way")["state"] == "failed"


def test_an_account_that_is_switched_off_sends_nothing(post: Post) -> None:
    post.run("UPDATE channel_accounts SET enabled = false WHERE account_id = 'app'")
    post.want("off", ways=[APP, HOOK])
    until(lambda: [row["state"] for row in post.rows("off")] == ["failed", "delivered"])
    post.run("UPDATE channel_accounts SET enabled = true WHERE account_id = 'app'")


def test_a_breaker_opens_for_all_and_closes_by_one_trial(post: Post, world: Providers) -> None:
    open_until = "SELECT open_until > now() FROM provider_breakers WHERE failures >= 5"
    world.temper = [(1.0, Lie("status", 500))]
    post.want(*(f"down-{n}" for n in range(4)), ways=[ROBOT])
    until(lambda: post.town.rows("notify", open_until) == [(True,)])
    called = world.called("dingtalk_robot")
    post.hurry()
    post.want("down-more", ways=[ROBOT])
    until(lambda: post.states("down-%")["sending"] == 0)
    assert world.called("dingtalk_robot") <= called + 3, "only what was under way"
    world.temper = []
    post.run("UPDATE provider_breakers SET open_until = now()")
    post.hurry()
    until(lambda: post.states("down-%") == {"delivered": 5})
    assert not post.town.rows("notify", open_until)


def test_an_operator_settles_what_is_uncertain(post: Post, world: Providers) -> None:
    for key in ("by-hand-1", "by-hand-2", "by-hand-3"):
        world.lies["dingtalk_robot"].append(Lie("cut"))
        post.want(key, ways=[ROBOT, HOOK])
    until(lambda: post.states("by-hand-%") == {"uncertain": 3})
    listed = [json.loads(line) for line in post.town.admin("notify", "uncertain", "list").splitlines()]
    ids = {row["words"]["text"][1:10]: row["id"] for row in listed}
    post.town.admin("notify", "uncertain", "settle", ids["by-hand-1"], "delivered", "--reason", "seen in the group")
    post.town.admin("notify", "uncertain", "settle", ids["by-hand-2"], "failed", "--reason", "not there")
    headers = {"Authorization": f"Bearer {post.town.token('desk', 'desk1')}"}
    url = f"{post.town.url('notify')}/notify/deliveries/{ids['by-hand-3']}"
    body = {"outcome": "again", "reason": "not there"}
    assert requests.post(f"{url}/settle", json=body, headers=headers).json()["state"] == "created"
    until(lambda: post.states("by-hand-%") == {"delivered": 3, "failed": 1})
    seen = requests.get(url, headers=headers).json()
    assert [one["outcome"] for one in seen["history"]] == ["uncertain", "by_hand", "delivered"]
    assert requests.post(f"{url}/settle", json=body, headers=headers).status_code == 409
    with pytest.raises(Exception, match="only what is uncertain"):
        post.town.admin("notify", "uncertain", "settle", ids["by-hand-1"], "failed", "--reason", "x")


def test_channels_are_listed_and_tried(post: Post) -> None:
    listed = [json.loads(line) for line in post.town.admin("notify", "channels", "list").splitlines()]
    assert {row["account_id"] for row in listed} >= {"robot", "sms-one", "hook"}
    tried = json.loads(post.town.admin("notify", "channels", "test-send", "app", "--to", "u7"))
    assert tried["state"] == "delivered" and tried["account_id"] == "app"
    with pytest.raises(Exception, match="no account"):
        post.town.admin("notify", "channels", "test-send", "nobody")


def test_wrong_channels_are_refused_whole(post: Post, world: Providers, tmp_path: Path) -> None:
    good = account("new-one", "webhook", world, tmp_path)
    bad = account("new-two", "webhook", world, tmp_path, secrets={"secret": {"env": "NOT_SET_ANYWHERE"}})
    with pytest.raises(Exception, match=r"channels\.yaml:\d+: the variable NOT_SET_ANYWHERE is not set"):
        post.set_accounts(tmp_path, [good, bad])
    assert not post.town.rows("notify", "SELECT 1 FROM channel_accounts WHERE account_id LIKE 'new-%%'")


def test_no_secret_and_no_target_is_seen_anywhere(post: Post, world: Providers) -> None:
    """Providers repeat what they were called with; our logs, tables, metrics and answers do not."""
    headers = {"Authorization": f"Bearer {post.town.token('desk', 'desk1')}"}
    world.lies["dingtalk_robot"].append(Lie("code", 12345))
    world.lies["wecom_robot"].append(Lie("code", 93000))
    post.want("echo-1", ways=[ROBOT])
    post.want("echo-2", ways=[Way("slow")])
    until(lambda: post.states("echo-%") == {"failed": 2})
    (process,) = post.town.of("notify")
    seen = process.log.read_text(encoding="utf-8")
    seen += requests.get(f"http://{process.ops}/metrics").text
    for path in ("/notify/channels", "/notify/deliveries", f"/notify/deliveries/{post.one('echo-1')['id']}"):
        answer = requests.get(f"{post.town.url('notify')}{path}", headers=headers)
        assert answer.status_code == 200
        seen += answer.text
    for table in ("channel_accounts", "channel_deliveries", "delivery_attempts", "buckets", "provider_breakers"):
        seen += str(post.town.rows("notify", f"SELECT t::text FROM {table} t"))
    assert "***" in post.one("echo-1")["reason"] and "error 12345" in seen
    hidden = [secret for secrets in SECRETS.values() for secret in secrets.values()]
    assert not [secret for secret in (*hidden, PHONE, *world.tokens) if secret in seen]


def test_what_is_counted(post: Post) -> None:
    (process,) = post.town.of("notify")
    lines = requests.get(f"http://{process.ops}/metrics").text.splitlines()
    names = {line.partition("{")[0] for line in lines}
    assert {"wangge_delivery_duration_seconds_bucket", "wangge_channel_limit_hits_total"} <= names
    delivered = [
        line for line in lines if line.startswith("wangge_deliveries_total{") and 'outcome="delivered"' in line
    ]
    assert {line.split('"')[1] for line in delivered} >= {"dingtalk_robot", "webhook", "wecom_app", "sms_tencent"}


def test_keys_are_changed_while_something_waits(post: Post) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    post.want("sealed", ways=[Way("app", "u8"), SMS], not_before=later)
    post.town.secrets.change_ring("add")
    post.town.secrets.change_ring("use")
    changed = json.loads(post.town.admin("notify", "rotate-keys"))
    assert changed["accounts"] >= 7 and changed["targets"] >= 1
    post.town.secrets.change_ring("drop")
    post.town.of("notify")[0].restart(CHANNEL_PATIENCE="1", WEBHOOK_NETWORKS=LISTED)
    post.run("UPDATE channel_deliveries SET due = now() WHERE key = 'sealed'")
    ended(post, "sealed", "delivered")
