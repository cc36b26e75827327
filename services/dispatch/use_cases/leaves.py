"""Leave: asked for, decided, taken back; who is off duty follows at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.dispatch.domain import leave as leaves
from services.dispatch.domain.leave import ASKED, Reason, Request
from services.dispatch.domain.stretches import Stretch
from services.dispatch.errors import DutyRefused, LeaveUnknown
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.planning import locked_duty, plan_duty
from shared.messaging.envelope import new_id


def ask_leave(body: dict[str, Any], by: str, granted: bool, open_work: OpenWork) -> dict[str, Any]:
    """A new leave, to be decided; or `granted` at once by whoever may. Raises DutyRefused."""
    stretch = Stretch(body["starts_at"], body["ends_at"])
    leave = Request(new_id(), body["member_id"], stretch, body["delegate_id"], body["reason"], ASKED, by)
    with open_work() as work:
        locked, now = locked_duty(work), work.now()
        _check(leave, now, work)
        if granted:
            leave = _done(leaves.decided(leave, True, by, ""))
        _keep(None, leave, by, now, work)
        plan_duty(locked, work)
        work.commit()
    return shown(leave)


def decide_leave(leave_id: str, granted: bool, why: str, by: str, open_work: OpenWork) -> dict[str, Any]:
    """Somebody else than its member grants a leave or refuses it. Raises LeaveUnknown, DutyRefused."""
    with open_work() as work:
        locked, now = locked_duty(work), work.now()
        before = _found(leave_id, work)
        after = _done(leaves.decided(before, granted, by, why))
        if granted:
            _check(after, now, work)
        _keep(before, after, by, now, work)
        plan_duty(locked, work)
        work.commit()
    return shown(after)


def cancel_leave(leave_id: str, why: str, by: str, only_own: bool, open_work: OpenWork) -> dict[str, Any]:
    """A leave is taken back; one that has begun ends now. `only_own`: by its member alone.

    Raises LeaveUnknown, DutyRefused."""
    with open_work() as work:
        locked, now = locked_duty(work), work.now()
        before = _found(leave_id, work)
        if only_own and before.member_id != by:
            raise LeaveUnknown(leave_id)
        after = _done(leaves.cancelled(before, by, why, now))
        _keep(before, after, by, now, work)
        plan_duty(locked, work)
        work.commit()
    return shown(after)


def shown(leave: Request) -> Row:
    """A leave for whoever may see it."""
    start, end = leave.stretch
    row = {name: value for name, value in vars(leave).items() if name != "stretch"}
    return row | {"starts_at": start.isoformat(), "ends_at": end.isoformat()}


def _check(leave: Request, now: dt.datetime, work: Work) -> None:
    others = work.leaves_of([leave.member_id, leave.delegate_id], now)
    if reasons := leaves.wrong_with(leave, others, work.known_to_rosters().members, now):
        raise DutyRefused([reason._asdict() for reason in reasons])


def _found(leave_id: str, work: Work) -> Request:
    leave = work.leave(leave_id)
    if leave is None:
        raise LeaveUnknown(leave_id)
    return leave


def _done(decided: Request | Reason) -> Request:
    if isinstance(decided, Reason):
        raise DutyRefused([decided._asdict()])
    return decided


def _keep(before: Request | None, after: Request, by: str, now: dt.datetime, work: Work) -> None:
    work.put_leave(after, now)
    row: Row = {"at": now, "who": by, "what": "leave", "subject": after.leave_id, "after": shown(after)}
    work.add_duty_journal([row | {"before": shown(before) if before else None}])
