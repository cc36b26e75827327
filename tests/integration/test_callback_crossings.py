"""What crosses an answer: another answer, a withdrawal, a merge, an objection; and a holiday's follow-ups at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.callback import use_cases, views
from services.callback.store import SQL
from tests.support.follow_ups import FollowUps
from tests.support.town import TemporaryTown

ASK = {"kinds": ["complaint"], "levels": ["P1"], "sample_percent": 0}
RULES = {"ask": ASK, "when": "at_once", "attempts": 3, "window": "14 day", "dissatisfied_is_rework": True}
NOT_SOLVED = {"solved": "no", "satisfaction": "dissatisfied"}
PAGE = {"channel": "page", "by": "reporter"}
TIMES = 8
FILL = """
INSERT INTO cases (id, number, kind, level, anonymous, asks_reporter)
SELECT md5('c' || n)::uuid, 'fill-' || n, 'complaint', 'P' || (1 + n %% 4), false, true
FROM generate_series(1, %(many)s) AS n;
INSERT INTO follow_ups (id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted,
    dissatisfied_is_rework, unit, category, month, basis)
SELECT md5('f' || n)::uuid, md5('c' || n)::uuid, 1, 'open', 'x', now() - interval '15 day', now() - interval '14 day',
    now() - n * interval '1 second', 3, true, 'g' || n %% 40, '0103', '2026-10', 'must'
FROM generate_series(1, %(many)s) AS n;
ANALYZE cases; ANALYZE follow_ups
"""


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("crossing-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, services=("callback",)) as town:
        FollowUps(town, RULES).pool.close()
        yield town


@pytest.fixture
def asked(town: TemporaryTown) -> FollowUps:
    return FollowUps(town)


def at_once(asked: FollowUps, *deeds: Callable[[FollowUps], Any]) -> list[Any]:
    """Each in a thread, with connections of its own, all from the same moment on."""
    barrier = Barrier(len(deeds))

    def does(deed: Callable[[FollowUps], Any]) -> Any:
        own = FollowUps(asked.town)
        own.share(asked)
        barrier.wait(30)
        try:
            return deed(own)
        finally:
            own.pool.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(does, deeds))


def test_of_answers_at_the_same_moment_one_is_judged(asked: FollowUps) -> None:
    for n in range(TIMES):
        number = asked.registered(f"two-{n}")
        asked.verified(number)
        outcomes = at_once(
            asked,
            lambda one, number=number: one.answers(number),
            lambda one, number=number: one.answers(number, answers=NOT_SOLVED),
        )
        assert sorted(outcome.taken for outcome in outcomes) == [False, True]
        assert next(one for one in outcomes if not one.taken).reason == "closed"
        assert len(asked.said(number)) == 2  # planned, and one outcome


def test_an_answer_while_the_case_is_merged_or_withdrawn(asked: FollowUps) -> None:
    for n in range(TIMES):
        number, root = asked.registered(f"gone-{n}"), asked.registered(f"root-{n}")
        asked.verified(number)
        outcome, *_ = at_once(
            asked,
            lambda one, number=number: one.answers(number, answers=NOT_SOLVED),
            lambda one, number=number, root=root: (one.merged(number, root), one.withdrawn(number)),
        )
        row = asked.row(number)
        assert row["state"] == ("answered" if outcome.taken else "waived")
        assert [name for name, _ in asked.said(number)][1:] == (["rework_asked"] if outcome.taken else [])
        asked.verified(root)
        assert asked.answers(root, report=number).taken  # the merged case's reporter may answer for the matter


def test_an_answer_of_another_reporter_while_the_first_is_judged(asked: FollowUps) -> None:
    for n in range(TIMES):
        number = asked.registered(f"both-{n}")
        asked.merged(f"both-{n}-b", number)
        asked.verified(number)
        first, second, _ = at_once(
            asked,
            lambda one, number=number: one.answers(number),
            lambda one, number=number: one.answers(number, report=f"{number}-b", answers=NOT_SOLVED, **PAGE),
            lambda one: one.judged(),
        )
        assert first.taken and asked.row(number)["solved"] == "yes"  # the first reporter's counts
        assert second.taken or second.reason == "closed"


def test_objections_at_the_same_moment_open_a_case_once_and_a_late_answer_changes_nothing(asked: FollowUps) -> None:
    for n in range(TIMES):
        number = asked.registered(f"again-{n}")
        asked.verified(number)
        asked.answers(number)

        def objects(one: FollowUps, number: str = number) -> Any:
            return use_cases.take_objection(number, "desk1", None, "不服", one.open_work)

        a, b, late = at_once(
            asked, objects, objects, lambda one, number=number: one.answers(number, answers=NOT_SOLVED)
        )
        assert a == b and a.refused is None and a.round == 2
        assert late.reason == "closed"
        assert [name for name, _ in asked.said(number)].count("rework_asked") == 1
        assert asked.verified(number, 2) == ["planned"]


def test_a_hundred_thousand_follow_ups_on_one_morning(asked: FollowUps) -> None:
    """What is due is found by an index, and judging takes the same small bites, however many there are. How long a
    morning takes is measured: tests/bench/measures/morning.py."""
    with asked.town.database("callback") as connection, connection.cursor() as cursor:
        cursor.execute("SET work_mem = '64MB'; " + FILL, {"many": 100_000})
        for statement in (SQL.lock_due, SQL.lock_to_link, SQL.next_calls):
            values = {"now": "2026-11-30", "unreached": "2026-11-30", "who": "desk1", "limit": 100, "most": 1}
            cursor.execute("EXPLAIN " + statement, values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
        assert "Sort" not in plan, plan  # the next call: all are due at the same nine o'clock
    judged = use_cases.judge_due(asked.open_work)
    assert judged == 2000
    assert asked.town.rows("callback", "SELECT count(*) FROM follow_ups WHERE state = 'expired'") == [(2000,)]
    with asked.open_work() as work:
        found = views.figures_by(work, "unit", None, "2026-10", "2026-10")
        (town,) = views.figures_by(work, "town", None, "2026-10", "2026-10")
    assert len(found) == 40 and sum(row["matters"] for row in found) == 100_000
    assert (town["response"]["of"], town["open"]) == (2000, 98_000)
