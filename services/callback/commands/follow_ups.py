"""Follow-ups for administrators: why a reporter is (not) asked, what was answered, questions in force, topping up."""

from __future__ import annotations

import argparse
import re
from typing import Any

from services.callback import use_cases, views
from shared.admin import Command, OpenWork
from shared.settings import Settings

MOST = 500
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
DUE = "due"


def _list(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        if arguments.state == DUE:
            return list(views.calls(work, DUE, MOST)["calls"])
        return views.follow_ups(work, arguments.state, None, MOST)


def _why(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        found = views.explained(work, arguments.number)
    if not found:
        raise ValueError(f"no work of {arguments.number} was verified yet, or there is no such case")
    return found


def _questions(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    with open_work() as work:
        questions = work.asking().questions
    return {"version": questions.version} | questions.as_data()


def _seed(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, str]:
    with open_work() as work:
        seed = views.seed_of(work, arguments.month)
    if seed is None:
        raise ValueError(f"nothing was drawn in {arguments.month}, or it is not over: its seed is shown afterwards")
    return {"month": arguments.month, "seed": seed}


def _top_up(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    return {"asked besides": use_cases.top_up(open_work)}


def _state(parser: argparse.ArgumentParser) -> None:
    states = (DUE, views.TO_LOOK_AT, *views.STATES)
    told = "due: the call list; to_look_at: demands that somebody has to look at; all, if left out"
    parser.add_argument("--state", choices=states, help=told)


def month(parser: argparse.ArgumentParser) -> None:
    """The argument of commands about one month."""
    parser.add_argument("month", type=read_month, help="as 2026-11")


def read_month(text: str) -> str:
    """A month as it was written. Raises ArgumentTypeError."""
    if not MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month: write it as 2026-11")
    return text


def _number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", help="of the case")


COMMANDS = [
    Command("follow-ups", "follow-ups, a JSON line each, at most 500", _list, _state),
    Command("why", "why the reporter of a case was (not) asked, and every answer, round by round", _why, _number),
    Command("questions", "the questions in force, with their version", _questions),
    Command("seed", "what the samples of a month that is over were drawn with, for whoever checks them", _seed, month),
    Command("top-up", "top up the samples of the month before at once", _top_up, changes=True),
]
