"""What people want to hear, and what they do not want to hear for a while."""

from __future__ import annotations

from typing import Any

from services.notify.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def subscriptions(
    work: UnitOfWork,
    kind: str | None,
    receiver: str | None,
    in_force: bool,
    before: str | None,
    limit: int,
    area: str | None = None,
    own: str | None = None,
) -> list[dict[str, Any]]:
    """Who has subscribed to what, the newest first; with an `area`, only what lies in it or is somebody's `own`."""
    about = {"kind": kind, "receiver": receiver, "in_force": in_force, "before": before, "area": area, "own": own}
    return work.dicts(SQL.subscriptions_listed, **about, limit=limit)


def silences(work: UnitOfWork, ended: bool, limit: int) -> list[dict[str, Any]]:
    """In force or still to come, and with `ended` those of before; `keeps`: how many notifications each keeps back."""
    return work.dicts(SQL.silences_listed, ended=ended, limit=limit)
