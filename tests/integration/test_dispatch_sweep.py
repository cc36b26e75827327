"""Deadlines are watched by every replica: one that hangs with its locks keeps back its own orders alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from services.dispatch.use_cases.watching import AT_ONCE
from tests.integration.test_intake_life import Desk
from tests.support.town import TemporaryTown
from tests.support.waiting import until

OTHERS = 20
HANG = "SELECT id FROM cases ORDER BY id LIMIT %s FOR UPDATE"
# The first step of each ladder is due; those of the orders that are held have been due for longest.
COME_DUE = """
UPDATE orders SET next_step_at = due, ladder = (
    SELECT json_agg(CASE rung ->> 'step' WHEN '1' THEN rung || jsonb_build_object('at', due) ELSE rung END)
    FROM jsonb_array_elements(ladder::jsonb) AS rung)
FROM (SELECT id AS order_id, clock_timestamp() - CASE WHEN case_id = ANY(%s::uuid[]) THEN interval '2 seconds'
    ELSE interval '1 second' END AS due FROM orders) AS all_of_them
WHERE id = order_id
"""
TAKEN = "SELECT case_id::text FROM order_journal WHERE what = 'escalated'"


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("sweep-town")
    write_small_town(folder)
    with TemporaryTown(servers, folder, rules="normal", logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("intake", "dispatch")
        yield town


def test_a_replica_that_hangs_keeps_back_no_others(town: TemporaryTown) -> None:
    desk = Desk(town)
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(lambda _: desk.report(level="P1"), range(AT_ONCE + OTHERS)))
    until(lambda: town.rows("dispatch", "SELECT count(*) FROM orders")[0][0] == AT_ONCE + OTHERS)
    with town.database("dispatch") as hanging, hanging.cursor() as cursor:
        hanging.autocommit = False
        cursor.execute(HANG, [AT_ONCE])
        held = {str(row[0]) for row in cursor.fetchall()}
        with town.database("dispatch") as connection, connection.cursor() as planting:
            planting.execute(COME_DUE, [sorted(held)])
        until(lambda: len(town.rows("dispatch", TAKEN)) == OTHERS)
        assert not held & {case for (case,) in town.rows("dispatch", TAKEN)}
        hanging.rollback()
    until(lambda: len(town.rows("dispatch", TAKEN)) == AT_ONCE + OTHERS)
