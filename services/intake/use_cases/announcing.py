"""What is said about new cases: to the services, and to the sources of their reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.intake import messages
from services.intake.domain.opening import NewCase
from services.intake.domain.registration import Source
from services.intake.store import Work
from services.intake.use_cases.telling import News, tell_new, tell_received

Opened = tuple[NewCase, dict[str, Any]]  # a new case and its row


def say_registered(cases: Sequence[Opened], sources: Mapping[str, Source], work: Work, now: dt.datetime) -> None:
    """To the services that there is a case, to its source that it has come; and what a rule has refused at once."""
    events = []
    for new, row in cases:
        say = messages.CaseRegistered if row["state"] == "accepted" else messages.CaseSubmitted
        events.append(say.say(work.address, row["number"], row["id"], 1, new.lane, **case_data(row, new.asks_reporter)))
    work.say(events)
    said = {row["id"]: 1 for _, row in cases}
    tell_received([row for _, row in cases], sources, work, now, said)
    _reject_by_rule([case for case in cases if case[1]["state"] == "rejected"], sources, work, now, said)
    for _, row in cases:
        row["said"] = said[row["id"]]


def _reject_by_rule(
    cases: Sequence[Opened], sources: Mapping[str, Source], work: Work, now: dt.datetime, said: dict[str, int]
) -> None:
    """The sources of cases that a rule refuses hear why, after they have heard the number."""
    news = []
    for new, row in cases:
        said[row["id"]] += 1
        data = {"number": row["number"], "reason_code": new.meaning.reason_code, "reason": new.meaning.reason}
        say = messages.CaseRejected.say
        work.say([say(work.address, row["number"], row["id"], said[row["id"]], new.lane, by="rule", **data)])
        news.append(News(row, "rejected", new.meaning.reason))
    tell_new(news, sources, work, now, said)


def case_data(row: dict[str, Any], asks_reporter: bool) -> dict[str, Any]:
    fields = messages.CaseRegistered.schema().fields
    return {name: row[name] for name in fields if name in row} | {"asks_reporter": asks_reporter}
