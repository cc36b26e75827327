"""The worked examples of services/dispatch/deadlines.md: each row of the page is what the rules make of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from services.dispatch.domain.clock import RUNNING
from services.dispatch.domain.limits import Duration, Limit, strictest
from tests.unit.qiuchuan import CALENDAR, at

PAGE = Path(__file__).parents[2] / "services" / "dispatch" / "deadlines.md"
WEEKDAYS = "一二三四五六日"
Row = list[str]


def rows(heading: str) -> list[Row]:
    """The table under a heading, without its head."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| ---")]


def moment(text: str) -> dt.datetime:
    """`2026-09-30 周三 16:00`; the weekday has to be right."""
    day, weekday, clock = text.split()
    found = at(f"{day} {clock}")
    assert weekday == f"周{WEEKDAYS[found.weekday()]}", text
    return found


def spans(text: str) -> list[tuple[dt.datetime, dt.datetime]]:
    """`from – until; from – until`, or a dash for none."""
    pairs = [part.split(" – ") for part in text.split(";")] if text != "—" else []
    return [(moment(since), moment(until)) for since, until in pairs]


@pytest.mark.parametrize("row", rows("1."), ids=lambda row: row[0])
def test_a_limit_without_interruption(row: Row) -> None:
    _, limit, start, due, _ = row
    assert RUNNING.due(CALENDAR, moment(start), Duration.read(limit)) == moment(due)


@pytest.mark.parametrize("row", rows("2."), ids=lambda row: row[0])
def test_the_strictest_of_several_limits(row: Row) -> None:
    _, limits, start, which, due, _ = row
    named = [Limit(Duration.read(text.split("=")[1].strip()), text.split("=")[0].strip()) for text in limits.split(";")]
    chosen = strictest(named, CALENDAR, moment(start))
    assert chosen is not None
    assert (chosen[0], chosen[1].because) == (moment(due), which)


@pytest.mark.parametrize("row", rows("3."), ids=lambda row: row[0])
def test_a_limit_with_pauses_and_extensions(row: Row) -> None:
    _, limit, start, pauses, extension, due, _ = row
    clock = RUNNING
    for since, until in spans(pauses):
        clock = clock.paused(since, until)
    for was, until in spans(extension):
        clock = clock.extended(was, until)
    assert clock.due(CALENDAR, moment(start), Duration.read(limit)) == moment(due)


def test_there_are_enough_examples_to_be_sure() -> None:
    text = "".join("".join(row) for heading in ("1.", "2.", "3.") for row in rows(heading))
    assert len(rows("1.")) + len(rows("2.")) + len(rows("3.")) >= 25
    assert all(word in text for word in ("国庆", "调休", "周末", "午休", "昼夜"))
