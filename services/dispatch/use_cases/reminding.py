"""What is awaited of others about open orders: they are reminded, and when it is late it goes one level up."""

from __future__ import annotations

from services.dispatch.domain.awaited import remind
from services.dispatch.domain.deciding import Circumstances
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.recording import Happened, record
from shared.rounds import work_off

AT_ONCE = 100  # orders in one transaction


def remind_awaited(open_work: OpenWork) -> int:
    """Every reminder that is due, about orders that no other replica is at; gives how many that were."""
    return work_off(_remind, open_work)


def _remind(work: Work) -> int:
    cases, calendar = work.lock_awaited_cases(AT_ONCE), work.calendar()
    if not cases or calendar is None:
        return 0
    current = work.current_orders(cases)
    owing = [(part.owed_by, getattr(part, "unit", None)) for o in current.values() if (part := o.awaited)]
    grids = [*(case["grid_id"] for case in cases.values()), *(unit for _, unit in owing)]
    around = Circumstances(work.roster(grids, [member for member, _ in owing]), calendar, work.now())
    happened = [
        Happened(cases[case_id], change)
        for case_id, order in current.items()
        if (moved := remind(order, around))
        for change in moved.changes
    ]
    record(happened, work, around.now)
    return len(happened)
