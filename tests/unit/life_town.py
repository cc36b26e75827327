"""The town of the machine in `test_dispatch_life.py`, told twice: as dispatch reads it, and as the model has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dispatch.domain.escalation import Rules, Terms, terms
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.policy import Policies, Policy, Pool
from tests.unit.life_model import Limit, Rung, Town
from tests.unit.qiuchuan import CALENDAR, at, read

ZERO, START = at("2026-09-21 00:00"), at("2026-09-28 10:00")  # three days before National Day
MORE = [dt.date(2026, month, day) for month, day in ((9, 30), (10, 9), (10, 13), (11, 2))]
CALENDARS = [CALENDAR, replace(CALENDAR, holidays=CALENDAR.holidays | set(MORE))]
TOWNS = [Town(read("calendar.yaml"), ZERO, closed=closed) for closed in ([], MORE)]
OFFERING = Policies([Policy("抢单", pool=Pool(among="grid", within=Duration.read("180 minute")))])
ACKNOWLEDGE = {"P1": Limit(15, "minute"), "P3": Limit(120, "working_hour"), "P4": Limit(120, "working_hour")}
RESOLVE = {"P1": Limit(120, "minute"), "P3": Limit(3 * 420, "working_day"), "P4": Limit(5 * 1440, "day")}
RULES = {
    "limits": {
        "acknowledge": {"P1": "15 minute", "P3": "2 working_hour", "P4": "2 working_hour"},
        "level": {"P1": "2 emergency_hour", "P3": "3 working_day", "P4": "5 day"},
        "kind": {},
    },
    "ladder": [
        {"step": 1, "when": "not_acknowledged", "after": 0.8, "measure": "remind", "to": "worker"},
        {"step": 2, "when": "not_acknowledged", "after": 1.0, "measure": "escalate", "to": "leader"},
        {"step": 3, "when": "not_acknowledged", "after": 2.0, "measure": "escalate", "to": "desk"},
        {"step": 4, "when": "not_resolved", "after": 0.8, "measure": "remind", "to": "worker"},
        {"step": 5, "when": "not_resolved", "after": 1.0, "measure": "red_card", "to": "leader"},
        {
            "step": 6,
            "when": "not_resolved",
            "after": 1.0,
            "later": "1 working_day",
            "measure": "remind",
            "to": "leader",
        },
        {"step": 7, "when": "not_resolved", "after": 1.0, "later": "2 day", "measure": "escalate", "to": "desk"},
    ],
    "quiet_hours": {"from": "22:00", "to": "07:00", "except": ["P1"]},
}
RUNGS = {
    1: Rung("acknowledge", 0.8),
    2: Rung("acknowledge", 1.0, hands_over=True, colour="yellow"),
    3: Rung("acknowledge", 2.0, hands_over=True, colour="yellow"),
    4: Rung("resolve", 0.8),
    5: Rung("resolve", 1.0, colour="red"),
    6: Rung("resolve", 1.0, Limit(420, "working_day"), colour="red"),
    7: Rung("resolve", 1.0, Limit(2880, "day"), hands_over=True, colour="red"),
}


def terms_of(level: str, calendar: int, began: dt.datetime) -> Terms:
    return terms(Rules.of(RULES), CALENDARS[calendar], level, "complaint", "0102", None, began)
