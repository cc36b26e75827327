"""A replica of dispatch hangs in the middle of the sweep of ten thousand deadlines, with a transaction that holds the
orders it was at; when it goes on, the database has given it up and the other has done its work."""

from __future__ import annotations

import signal
import time

from deploy.provision.names import database_of
from services.dispatch.use_cases.watching import AT_ONCE
from tests.chaos.checker import LATE
from tests.chaos.deadlines import LEAD, Deadlines
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import Needs, World
from tests.support.processes import ServiceProcess

NEEDS = Needs(people=False)
GIVEN_UP = 90.0  # seconds within which the database ends a transaction that does nothing
TRIES, A_MOMENT = 100, 1.0
# Transactions that have done nothing for most of a moment while they hold cases.
STALE = """SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid) JOIN pg_class c ON c.oid = l.relation
WHERE a.application_name = 'wangge-dispatch' AND a.state = 'idle in transaction' AND c.relname = 'cases'
  AND l.mode = 'RowShareLock' AND a.state_change < clock_timestamp() - interval '0.7 seconds'"""


def run(world: World) -> None:
    deadlines = Deadlines(world)
    deadlines.pass_by(LEAD)
    zombie = _frozen_at_work(world)
    deadlines.come_to_an_end(held=AT_ONCE)
    wait_until(lambda: not _holds_orders(world), GIVEN_UP, "the database has given up the stale transaction")
    deadlines.pass_by(LATE.total_seconds(), held=AT_ONCE)
    deadlines.come_to_an_end()
    zombie.signal(signal.SIGCONT)
    world.let_flow(10)


def _holds_orders(world: World) -> bool:
    return bool(world.database.run(STALE, database_of(world.town.name))[0][0])


def _frozen_at_work(world: World) -> ServiceProcess:
    """A replica that was stopped while it held orders. Raises TimeoutError."""
    for _ in range(TRIES):
        process = world.one_of("dispatch")
        process.signal(signal.SIGSTOP)
        time.sleep(A_MOMENT)
        if _holds_orders(world):
            world.note("frozen", process=process.name)
            return process
        process.signal(signal.SIGCONT)
        time.sleep(world.random.uniform(0, A_MOMENT / 4))
    raise TimeoutError(f"no replica was met in the middle of the sweep in {TRIES} tries")
