"""What /metrics shows of callback."""

from __future__ import annotations

from services.callback.store import SQL
from services.callback.views.figures import figure_gauges
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Open follow-ups, how long the oldest call has been waiting, and the figures of the month that runs."""
    return [
        ("wangge_follow_ups_open", "Follow-ups that have not ended.", [], [([], work.one(SQL.count_open)[0])]),
        ("wangge_follow_ups_due_age_seconds", "Wait of the oldest due call.", [], [([], work.one(SQL.oldest_due)[0])]),
        *figure_gauges(work),
    ]
