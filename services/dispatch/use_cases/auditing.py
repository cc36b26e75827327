"""The proof that nothing is forgotten: each open order has a next step in time, or an operator hears which has none."""

from __future__ import annotations

import datetime as dt
import logging

from services.dispatch.store import OpenWork

EVERY = dt.timedelta(minutes=1)
GRACE = dt.timedelta(minutes=1)  # how late a step may come before it counts as forgotten
NAMED = 100  # orders that are named in the log
log = logging.getLogger(__name__)


def audit_orders(open_work: OpenWork) -> int | None:
    """Look whether every open order (pooled and suspended ones, too) has a next step that is not overdue, once a minute
    over all replicas. Gives how many have none; None when another replica looks, or has just done so."""
    with open_work() as work:
        before = work.lock_audit(EVERY)
        if before is None:
            return None
        found = work.orders_without_next_step(GRACE, NAMED)
        without, named = (found[0]["all_of_them"] if found else 0), [row["order_id"] for row in found]
        work.put_audit(without, named)
        work.commit()
    if new := [order for order in named if order not in before]:
        log.warning("%d open orders have no next step in time, new among them: %s", without, ", ".join(new))
    return without
