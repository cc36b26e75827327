"""Supervision for administrators: what has a colour, what followed, points, interviews, and what would be forgotten."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.commands.scores import month
from services.dispatch.domain.access import Scope
from services.dispatch.use_cases.auditing import GRACE
from services.dispatch.use_cases.interviews import DROPPED, HELD, PROPOSED
from shared.admin import Command, OpenWork
from shared.settings import Settings

EVERYTHING = Scope("administrator", everything=True)
MOST = 10_000


def _supervision(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        found = views.supervision(work, EVERYTHING, MOST)
    return [{"what": name.removesuffix("s")} | row for name, rows in found.items() for row in rows]


def _points(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        asked = arguments.month or views.town_today(work)[1]
        return views.points(work, asked, asked, arguments.unit, EVERYTHING, MOST)


def _interviews(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.interviews(work, arguments.state, MOST)


def _held(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    given = (arguments.interview, arguments.on, arguments.held_by, arguments.note, arguments.by)
    return use_cases.hold_interview(*given, open_work)


def _drop(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    return use_cases.drop_interview(arguments.interview, arguments.reason, arguments.by, open_work)


def _audit(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    with open_work() as work:
        return views.audit(work, GRACE, MOST)


def _of_unit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", type=month, help="as 2026-11; the one that runs, if left out")
    parser.add_argument("--unit", help="only this unit")


def _in_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=(PROPOSED, HELD, DROPPED), help="only those in this state")


def _recorded(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("interview", help="id, as `interviews` lists it")
    parser.add_argument("--by", default="administrator", help="who records it (default: %(default)s)")


def _holding(parser: argparse.ArgumentParser) -> None:
    _recorded(parser)
    parser.add_argument("--on", type=dt.date.fromisoformat, required=True, help="the day, as 2026-11-25")
    parser.add_argument("--held-by", required=True, help="id of the member who has held it")
    parser.add_argument("--note", required=True, help="what was agreed")


def _dropping(parser: argparse.ArgumentParser) -> None:
    _recorded(parser)
    parser.add_argument("--reason", required=True)


COMMANDS = [
    Command("supervision", "open orders with a colour; letters, public notices, problem cases", _supervision),
    Command("points", "points of units in a month, with the rows behind them", _points, _of_unit),
    Command("interviews", "interviews that were proposed, and what became of them", _interviews, _in_state),
    Command("hold-interview", "record that an interview was held", _held, _holding, changes=True),
    Command("drop-interview", "record that an interview is not going to be held", _drop, _dropping, changes=True),
    Command("audit", "open orders without a next step in time; there are none, unless something is broken", _audit),
]
