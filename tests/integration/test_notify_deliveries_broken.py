"""The delivery engine while processes die between sending and recording, stand still, share limits (invariant 7)."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.provision.servers import Servers
from services.notify.domain.deliveries import Way
from tests.support.deliveries import LISTED, Post, account, post_office
from tests.support.providers import Lie, Providers, providers
from tests.support.waiting import until

FREE = [{"count": 10_000, "in": "1 second"}]
ENDED = {"delivered", "failed", "uncertain"}
SETTINGS = {"CHANNEL_PATIENCE": "1", "WEBHOOK_NETWORKS": LISTED}


@pytest.fixture
def post(servers: Servers, small_town: Path, tmp_path: Path) -> Iterator[Post]:
    with post_office(servers, small_town, tmp_path) as post:
        yield post


def channel_of(row: dict[str, Any]) -> str:
    names = {"robot": "dingtalk_robot", "hook": "webhook", "app": "wecom_app", "work": "dingtalk_work"}
    return names[row["account_id"]]


@pytest.mark.timeout(600)  # processes start again and again, on a busy machine too
@pytest.mark.parametrize("where", ["after_send", "before_send"])
def test_killed_between_sending_and_recording(post: Post, tmp_path: Path, where: str) -> None:
    """Two replicas are killed again and again; the providers lie; in the end everything has an end that is true."""
    chance = random.Random(20261130)
    lies = [Lie("status", 500), Lie("status", 429), Lie("code", -1), Lie("code", 12345), Lie("cut"), Lie("hang")]
    with providers(limit=(10_000, 60.0), hold=1.5) as world:
        world.temper, world.chance = [(0.06, lie) for lie in lies], chance
        accounts = [
            account("robot", "dingtalk_robot", world, tmp_path, limits=FREE),
            account("hook", "webhook", world, tmp_path),
            account("app", "wecom_app", world, tmp_path, limits=FREE),
            account("work", "dingtalk_work", world, tmp_path),
        ]
        post.set_accounts(tmp_path, accounts)
        first = [Way("robot"), Way("hook"), Way("app", "u1"), Way("work", "u1")]
        for number in range(80):
            ways = [first[number % 4], first[(number + 1) % 4]]
            post.want(f"k{number:02}", ways=ways, level=chance.choice(["P1", "P3"]))
        processes = post.town.start("notify", replicas=2, failpoints=f"{where}:9", wait=False, **SETTINGS)
        killed = 0
        while killed < 4 and _open(post):
            until(lambda: any(not process.alive for process in processes) or not _open(post), 90)
            for process in processes:
                if not process.alive:
                    killed += 1
                    process.start(f"{where}:9", **SETTINGS)
        assert killed >= 3, "nobody was killed: the test says nothing"
        for process in processes:
            if process.alive:
                process.kill()  # once more, wherever it is just now
            process.start("", **SETTINGS)
        until(lambda: _settled(post), 120)
        _hold(post, world)


def _open(post: Post) -> bool:
    return bool(set(post.states()) - ENDED)


def _settled(post: Post) -> bool:
    post.run("UPDATE channel_accounts SET blocked_until = NULL")
    post.run("UPDATE provider_breakers SET open_until = now() WHERE open_until > now()")
    post.hurry()
    return not _open(post)


def _hold(post: Post, world: Providers) -> None:
    """Invariant 7: every intended notice ends delivered, failed or uncertain; a non-zero error code is never delivered;
    doubled effects only among the uncertain, and counted."""
    rows = post.rows()
    assert len({row["key"] for row in rows}) == 80 and {row["state"] for row in rows} <= ENDED
    effects = Counter((effect.channel, effect.text.split("]")[0].split("[")[1]) for effect in world.effects)
    doubled: dict[str, int] = {}
    for key in {row["key"] for row in rows}:
        of_key = [row for row in rows if row["key"] == key]
        doubt = any(row["state"] == "uncertain" or row["doubtful"] for row in of_key)
        got = sum(count for (_, of), count in effects.items() if of == key)
        if got > 1:
            assert doubt, (key, of_key)
            doubled[key] = got
        for row in of_key:
            reached = effects[channel_of(row), key]
            assert reached or row["state"] != "delivered", ("delivered, and nobody has got it", row)
            assert not reached or row["state"] != "failed", ("failed, and somebody has got it", row)
            assert reached <= 1, ("the same channel said it twice in silence", row)
    uncertain = {row["key"] for row in rows if row["state"] == "uncertain"}
    assert sum(row["state"] == "delivered" for row in rows) > 40, post.states()
    assert doubled.keys() <= uncertain, "every doubled effect is among what the operator sees"


def test_two_replicas_share_a_limit_exactly(post: Post, tmp_path: Path) -> None:
    """The provider counts: never more than the limit in any window, and hardly less."""
    count, window = 6, 3.0
    with providers(limit=(count, window), blocked=60.0) as world:
        limit = [{"count": count, "in": "3 second", "burst": 3}]
        post.set_accounts(tmp_path, [account("robot", "dingtalk_robot", world, tmp_path, limits=limit)])
        post.town.start("notify", replicas=2, **SETTINGS)
        began = time.monotonic()
        post.want(*(f"k{n:02}" for n in range(30)), ways=[Way("robot")])
        until(lambda: post.states() == {"delivered": 30}, 90)
        times = [effect.at for effect in world.effects]
        assert all(sum(at <= other < at + window - 0.05 for other in times) <= count for at in times)
        assert time.monotonic() - began < 60, "they would have been blocked for a minute"
        assert world.called("dingtalk_robot") == 30, "nobody was told that it was too much"


def test_a_zombie_records_nothing_over_a_newer_attempt(post: Post, tmp_path: Path) -> None:
    """One stands still while it sends; its lease ends, another sends it and records; then it goes on."""
    with providers(hold=4.0) as world:
        post.set_accounts(tmp_path, [account("hook", "webhook", world, tmp_path)])
        (zombie,) = post.town.start("notify", **SETTINGS)
        world.lies["webhook"].append(Lie("stall"))
        post.want("k00", ways=[Way("hook")])
        until(lambda: world.called("webhook") == 1)
        zombie.signal(signal.SIGSTOP)
        (other,) = post.town.start("notify", **SETTINGS)
        until(lambda: post.one("k00")["state"] == "delivered")
        assert post.one("k00")["attempts"] == 2
        zombie.signal(signal.SIGCONT)
        time.sleep(2.0)
        row = post.one("k00")
        assert (row["state"], row["attempts"], row["doubtful"]) == ("delivered", 2, True)
        outcomes = post.town.rows("notify", "SELECT attempt, outcome FROM delivery_attempts ORDER BY at")
        assert outcomes == [(1, "uncertain"), (2, "delivered")]
        assert len(world.effects) == 1 and other.alive and zombie.alive


def test_a_slow_provider_delays_nobody_and_what_is_urgent_overtakes(post: Post, tmp_path: Path) -> None:
    with providers(hold=15.0) as slow, providers(limit=(1000, 60.0)) as quick:
        accounts = [account(f"slow-{n}", "wecom_robot", slow, tmp_path, limits=FREE, at_once=2) for n in range(20)]
        accounts.append(account("quick", "dingtalk_robot", quick, tmp_path, limits=FREE, at_once=1))
        post.set_accounts(tmp_path, accounts)
        slow.lies["wecom_robot"].extend([Lie("stall")] * 40)
        for number in range(20):
            post.want(*(f"slow-{number}-{n}" for n in range(3)), ways=[Way(f"slow-{number}")])
        quick.lies["dingtalk_robot"].append(Lie("status", 500))
        post.want(*(f"quick-{n:02}" for n in range(20)), ways=[Way("quick")])
        post.want("quick-urgent", ways=[Way("quick")], level="P1")
        post.town.start("notify", CHANNEL_PATIENCE="30", WEBHOOK_NETWORKS=LISTED)
        until(lambda: _delivered(post, "quick-%") == 21, 10)
        assert post.states("slow-%")["sending"] == 40, "all of the slow ones are still waiting"
        assert "[quick-urgent]" in quick.effects[0].text, "what is urgent has overtaken 20"


def _delivered(post: Post, like: str) -> int:
    return post.states(like)["delivered"]


def test_what_was_wanted_before_the_database_went_away_arrives(post: Post, tmp_path: Path) -> None:
    """Outcomes wait in the process until they can be recorded."""
    with providers() as world:
        post.set_accounts(tmp_path, [account("robot", "dingtalk_robot", world, tmp_path, limits=FREE)])
        post.town.start("notify", **SETTINGS)
        end: Callable[[], object] = lambda: post.town.rows(  # noqa: E731
            "notify",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'wangge-notify%%' "
            "AND pid <> pg_backend_pid() AND usename = current_user",
        )
        for number in range(20):
            post.want(f"k{number:02}", ways=[Way("robot")])
            if number % 4 == 0:
                end()
        until(lambda: set(post.states()) <= ENDED)
        counted = Counter(effect.text for effect in world.effects)
        for row in post.rows():
            assert counted[f"新任务\n[{row['key']}] 路灯不亮"] == 1 or row["state"] == "uncertain", row
