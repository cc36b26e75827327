"""Policies of assignment on trial: what they would have made of the orders of the last days. Nothing is changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.dispatch.domain.policy import Matter, Policies
from services.dispatch.domain.trial import Past, Play, compared, workers_of
from services.dispatch.store import OpenWork, Row


def try_assignment(section: dict[str, Any], days: float, open_work: OpenWork) -> dict[str, Any]:
    """The differences between the policies of a section and those in force, on the first rounds of the last days.

    Both are played through with the members who are on duty now; `got` is who really had it first. The section must be
    one without problems."""
    with open_work() as work:
        past = [_past(row) for row in work.orders_to_try(work.now() - dt.timedelta(days=days))]
        members, parents = work.crew({order.matter.grid_id for order in past})
        in_force, tried = work.policies(), Policies.of(section.get("assignment"))
    before, after = (Play(members, parents, policies) for policies in (in_force, tried))
    return compared(past, before, after, workers_of(members))


def _past(row: Row) -> Past:
    return Past(row["number"], row["title"], Matter.of(row), row["started_at"], row["until"], row["got"])
