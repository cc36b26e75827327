"""Orders that have changed are counted: what their turns have come to, month by month. And what reporters answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.dispatch.domain.scoring import FIGURES, RESOLUTION, SATISFACTION, Round, Turn, difference, outcomes
from services.dispatch.store import OpenWork, Row, Work
from shared.messaging.message import Heard
from shared.rounds import work_off

AT_ONCE = 500  # changes in one transaction
COUNTED = ("assignment_id", "order_id", "month", "grid_id", "unit", "member_id", "category", "source")


def keep_scores(open_work: OpenWork) -> int:
    """Count the orders that have changed since they were counted last, unless another replica does; gives how many."""
    return work_off(_count, open_work)


def count_anew(since: dt.datetime, open_work: OpenWork) -> int:
    """Every order that started since then is counted once more, by and by; gives how many."""
    with open_work() as work:
        orders = work.count_anew(since)
        work.commit()
    return orders


def note_answers(heard: Sequence[Heard], rework: bool, work: Work) -> None:
    """What reporters said about a round; `rework`: it goes out again, and the message names the round after it."""
    work.add_answers(
        [
            {
                "case_id": message.case_id,
                "round": message.round - rework,
                "solved": message.solved,
                "satisfaction": message.satisfaction,
                "rework": rework,
                "at": work.now(),
            }
            for message in heard
            if message.counts
            and (message.solved in FIGURES[RESOLUTION] or message.satisfaction in FIGURES[SATISFACTION])
        ]
    )


def _count(work: Work) -> int:
    calendar = work.calendar()
    orders = work.take_to_score(AT_ONCE) if calendar else []
    if not calendar or not orders:
        return 0
    now = work.now()
    before, after = [], []
    for row in work.turns_of_orders(orders, calendar.zone):
        counted = _counted(row, now)
        if (known := row["before"]) is None or any(known[name] != counted[name] for name in counted):
            before += [known] if known else []
            after.append(counted)
    work.put_turns(after)
    work.add_tallies(difference(before, after))
    work.note_active(orders, calendar.zone)
    return len(orders)


def _counted(row: Row, now: dt.datetime) -> Row:
    """A turn as it counts by now."""
    turn = Turn(row["until"], row["end_reason"], row["ack_due_at"], row["reacted_at"])
    ends = {name: row[name] for name in ("state", "due_at", "resolved_at", "solved", "satisfaction", "rework")}
    return {name: row[name] for name in COUNTED} | {"outcomes": outcomes(turn, Round(**ends), row["last"], now)}
