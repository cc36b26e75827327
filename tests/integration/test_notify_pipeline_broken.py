"""The pipeline while its processes die: between deciding and recording, between sending and recording; two replicas."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.provision.servers import Servers
from services.notify import use_cases
from services.notify.use_cases import piping
from tests.support.deliveries import LISTED, account, post_office
from tests.support.notifications import Board
from tests.support.providers import Lie, Providers, providers
from tests.support.waiting import until

FREE = [{"count": 10_000, "in": "1 second"}]
SETTINGS = {"CHANNEL_PATIENCE": "1", "WEBHOOK_NETWORKS": LISTED}
ENDED = {"delivered", "failed", "uncertain"}
MEMBERS = [f"m{n:03}" for n in range(200, 212)]
RULES = {
    "route": {
        "ways": ["app", "work"],
        "group_by": ["place"],
        "group_wait": "1 second",
        "group_interval": "1 day",
        "routes": [{"name": "urgent", "match": {"levels": ["P1"]}, "group_by": None}],
    }
}


@pytest.fixture
def board(servers: Servers, small_town: Path, tmp_path: Path) -> Iterator[Board]:
    with post_office(servers, small_town, tmp_path) as post:
        board = Board(post)
        board.rules(tmp_path, RULES)
        board.members(*MEMBERS)
        yield board


@pytest.mark.timeout(600)  # processes start again and again, on a busy machine too
@pytest.mark.parametrize("where", ["before_commit:20", "after_commit:20", "after_send:5"])
def test_killed_wherever_it_is_each_is_said_once_and_both_tables_agree(
    board: Board, tmp_path: Path, where: str
) -> None:
    post, chance = board.post, random.Random(20261130)
    with providers(limit=(10_000, 60.0), hold=1.5) as world:
        world.temper, world.chance = [(0.05, lie) for lie in (Lie("status", 500), Lie("code", -1), Lie("cut"))], chance
        accounts = [
            account("app", "wecom_app", world, tmp_path, limits=FREE),
            account("work", "dingtalk_work", world, tmp_path, limits=FREE),
        ]
        post.set_accounts(tmp_path, accounts)
        for member in MEMBERS:
            board.tell(f"many-{member}", member, count=6)
            board.tell(f"one-{member}", member, level="P1")
        processes = post.town.start("notify", replicas=2, failpoints=where, wait=False, **SETTINGS)
        killed = 0
        while killed < 4 and not settled(board):
            until(lambda: any(not process.alive for process in processes) or settled(board), 90)
            for process in processes:
                if not process.alive:
                    killed += 1
                    process.start(where, **SETTINGS)
        assert killed >= 2, "nobody was killed: the test says nothing"
        for process in processes:
            if process.alive:
                process.kill()
            process.start("", **SETTINGS)
        until(lambda: settled(board), 120)
        agree(board, world)


def test_what_is_too_much_for_one_batch_is_not_torn_apart(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with providers() as world:
        board.post.set_accounts(tmp_path, [account("app", "wecom_app", world, tmp_path)])
    monkeypatch.setattr(piping, "MOST", 50)
    monkeypatch.setattr(piping, "RECEIVERS", 5)
    for at in range(3):  # each member's lie among those of all others
        for member in MEMBERS:
            board.tell(f"batch{at}-{member}", member, count=4)
    while use_cases.pipe(board.keys, board.pages, board.post.open_work).more:
        pass
    board.hurry("batch")
    sizes = []
    while True:
        piped = use_cases.pipe(board.keys, board.pages, board.post.open_work)
        sizes.append(piped.notifications)
        if not piped.more:
            break
    said = Counter(row["sent_in"] for member in MEMBERS for at in range(3) for row in board.of(f"batch{at}-{member}"))
    assert sorted(said.values()) == [12] * len(MEMBERS) and max(sizes) < 50


def settled(board: Board) -> bool:
    board.post.run("UPDATE provider_breakers SET open_until = now() WHERE open_until > now()")
    board.post.hurry()
    (waiting,) = board.post.town.rows("notify", "SELECT count(*) FROM notifications WHERE due IS NOT NULL")
    return not waiting[0] and bool(board.post.states()) and set(board.post.states()) <= ENDED


def agree(board: Board, world: Providers) -> None:
    rows = [row for member in MEMBERS for key in ("many", "one") for row in board.of(f"{key}-{member}")]
    assert Counter(row["state"] for row in rows) == {"sent": len(MEMBERS) * 7}
    said = Counter(row["sent_in"] for row in rows)
    assert sorted(said.values()) == [1] * len(MEMBERS) + [6] * len(MEMBERS), "one of six, and one alone, for each"
    wanted = board.post.rows()
    assert {row["key"] for row in wanted} == said.keys(), "what was decided is wanted, and nothing else"
    effects = Counter((effect.channel, effect.target, effect.text) for effect in world.effects)
    assert max(effects.values()) == 1, "no channel has said it twice"
    doubtful = {row["key"] for row in wanted if row["state"] == "uncertain" or row["doubtful"]}
    reached = Counter((effect.target.partition("-")[2], effect.text) for effect in world.effects)
    assert sum(count - 1 for count in reached.values()) <= len(doubtful), "twice only where it was in doubt"
    assert len(effects) >= len(said) - sum(row["state"] == "failed" for row in wanted)


@pytest.mark.timeout(300)
def test_two_replicas_share_the_limit_of_a_robot_exactly(board: Board, tmp_path: Path) -> None:
    """What two pipelines have decided, two engines send: never more than the limit in any window, and hardly less."""
    post, count, window = board.post, 6, 3.0
    board.rules(tmp_path, {"route": {"ways": ["robot"]}})
    with providers(limit=(count, window), blocked=60.0) as world:
        limit = [{"count": count, "in": "3 second", "burst": 3}]
        post.set_accounts(tmp_path, [account("robot", "dingtalk_robot", world, tmp_path, limits=limit)])
        post.town.start("notify", replicas=2, **SETTINGS)
        for at in range(3):
            for member in MEMBERS[:10]:
                board.tell(f"limited{at}-{member}", member)
        until(lambda: post.states() == {"delivered": 30}, 120)
        times = [effect.at for effect in world.effects]
        assert all(sum(at <= other < at + window - 0.05 for other in times) <= count for at in times)
        assert world.called("dingtalk_robot") == 30, "nobody was told that it was too much"
    states = [board.states(f"limited{at}-{member}") for at in range(3) for member in MEMBERS[:10]]
    assert sum(states, Counter()) == {"sent": 30}
