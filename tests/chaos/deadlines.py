"""Thousands of deadlines that come due while a fault is at work."""

from __future__ import annotations

import time
from typing import Any

from tests.chaos.checker import LATE
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import World

ORDERS, AT_ONCE = 5_000, 500  # orders, each with two steps or more that come due; reports published together
LEAD, WITHIN, APART = 15.0, 60.0, 5.0  # seconds: until the first, from first to last, between the two of an order
MINUTES = 10  # for all reports to become orders
EVERY = 0.5  # seconds between two looks
UNTOUCHED = "version = 1 AND state = 'dispatched' AND next_step_at > clock_timestamp() + interval '5 minutes'"
# The steps of each ladder up to the one that hands the order over are moved to now, the first before the others; quiet
# hours keep none of these orders waiting.
PLANT = """
WITH chosen AS (
    SELECT id, clock_timestamp()
        + interval '1 second' * ({lead} + {within} / {orders}::float * row_number() OVER ()) AS at
    FROM dispatch.orders WHERE {untouched} LIMIT {orders}
)
UPDATE dispatch.orders o SET next_step_at = p.at, limits = jsonb_set(limits::jsonb, '{{quiet}}', 'null')::json,
    ladder = (SELECT json_agg(CASE WHEN place = 1 THEN rung || jsonb_build_object('at', p.at)
                                   WHEN place <= last THEN rung || jsonb_build_object('at', p.at + interval '{apart} s')
                                   ELSE rung END ORDER BY (rung ->> 'step')::int)
              FROM (SELECT *, min(place) FILTER (WHERE rung ->> 'measure' = 'escalate') OVER () AS last
                    FROM (SELECT rung, row_number() OVER (ORDER BY (rung ->> 'at')::timestamptz, (rung ->> 'step')::int)
                              AS place FROM jsonb_array_elements(o.ladder::jsonb) AS rung) AS in_order) AS rungs)
FROM chosen p WHERE p.id = o.id
"""
OVERDUE = "SELECT count(*) FROM orders WHERE next_step_at < clock_timestamp() - %s * interval '1 second'"
CAME = "SELECT count(*) FROM order_journal WHERE what = 'escalated'"


class Deadlines:
    """Planted when it is made: at least two steps of each of so many orders, due from `LEAD` seconds later on."""

    def __init__(self, world: World, orders: int = ORDERS):
        self._world, self._orders = world, orders
        self._make_orders()
        self._before = self._count(CAME)
        world.as_owner(
            PLANT.format(untouched=UNTOUCHED, orders=orders, lead=LEAD, within=WITHIN, apart=APART), lock_timeout="60s"
        )
        self._last = time.monotonic() + LEAD + WITHIN + APART
        world.note("deadlines", steps=2 * orders)

    def _make_orders(self) -> None:
        """Reports are published until there are so many orders that nothing has happened to."""
        if (missing := self._orders - self._untouched()) <= 0:
            return
        for first in range(0, missing, AT_ONCE):
            self._world.traffic.publish(self._world.traffic.make(min(AT_ONCE, missing - first)))
        wait_until(lambda: self._untouched() >= self._orders, 60 * MINUTES, "all reports are orders", 1)

    def _untouched(self) -> int:
        return self._count(f"SELECT count(*) FROM orders WHERE {UNTOUCHED}")

    def pass_by(self, seconds: float, held: int = 0) -> None:
        """For so long no step is late by more than it may be, but those of `held` orders. Raises AssertionError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            late = self._count(OVERDUE, LATE.total_seconds())
            assert late <= held, f"{late} orders wait for a step that is overdue by {LATE}, while a replica is well"
            time.sleep(EVERY)

    def come_to_an_end(self, held: int = 0) -> None:
        """Until the last has been due for as long as it may be late. Raises AssertionError, also when steps are
        missing."""
        self.pass_by(max(0.0, self._last + LATE.total_seconds() - time.monotonic()), held)
        came = self._count(CAME) - self._before
        self._world.note("steps came", count=came)
        assert came >= 2 * (self._orders - held), f"{came} steps came, of {2 * self._orders}"

    def _count(self, statement: str, *values: Any) -> int:
        return int(self._world.town.rows("dispatch", statement, *values)[0][0])
