"""A month is over: where too few of a unit and category were asked, more are, chosen by the same draw."""

from __future__ import annotations

import datetime as dt

from services.callback.domain.follow_up import TOPPED_UP, due, reporters_of
from services.callback.domain.rules import Rules
from services.callback.domain.sampling import Sample, draw, missing, month_before, why
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.saying import say_planned

AT_ONCE = 100  # samples of one transaction


def top_up(open_work: OpenWork) -> int:
    """The samples of the month before, unless it is done or another replica is at it; gives how many are asked besides.
    What was asked once too little is never asked of an older month."""
    with open_work() as work:
        rules, calendar, now = work.asking(), work.calendar(), work.now()
        month = month_before(f"{now.astimezone(calendar.zone):%Y-%m}")
        if not (rules.top_up and rules.sample_percent) or not work.may_top_up(month):
            return 0
        samples = [Sample(**row) for row in work.samples_to_look_at(month, AT_ONCE)]
        due_at = due(rules, calendar, now)
        asked: list[Row] = []
        done = []
        for sample in samples:
            wanted = missing(sample, rules.sample_percent)
            chosen = _chosen(sample, wanted, month, work) if wanted else []
            asked += [row | {"why": why(sample, rules.sample_percent, month)} for row in chosen]
            done.append(sample._asdict() | {"month": month, "added": len(chosen)})
        if not samples:
            done = [{"month": month, "unit": "*", "category": "*", "eligible": 0, "asked": 0, "added": 0}]
        work.add_top_ups(done)
        _ask(asked, due_at, rules, work)
        work.commit()
    return len(asked)


def _chosen(sample: Sample, wanted: int, month: str, work: Work) -> list[Row]:
    """Those who can still be asked, and whose cases have not gone on since."""
    rows = work.lock_left_out(month, sample.unit, sample.category)
    merged = work.merged_into([row["number"] for row in rows])
    able = [(row["number"], row) for row in rows if reporters_of(row, merged.get(row["number"], ()))]
    return list(draw(able, wanted, work.seed(month)))


def _ask(rows: list[Row], due_at: dt.datetime, rules: Rules, work: Work) -> None:
    asked = {"due_at": due_at, "closes_at": due_at + rules.window, "basis": TOPPED_UP}
    rows = [row | asked for row in rows]
    work.ask_after_all([{name: row[name] for name in ("id", "why", *asked)} for row in rows])
    for row in rows:
        say_planned(row, row, work)
    work.count_said({row["case_id"]: row["said"] for row in rows})
