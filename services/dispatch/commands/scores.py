"""Scores for administrators: how well the work is done, the cases behind a figure, who uses it; and counting anew."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.domain.scoring import DIMENSIONS, FIGURES
from shared.admin import Command, OpenWork
from shared.settings import Settings

PAGE = 1_000
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def _scores(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        month = arguments.month or views.town_today(work)[1]
        found = views.scores(work, arguments.by, arguments.of, month, month)
    if arguments.json:
        return found
    lines = [f"{'of':<16} {'score':>6}  " + "  ".join(f"{name:>20}" for name in FIGURES)]
    for row in found["scores"]:
        cells = [_cell(row["figures"][name], name in row["alarms"]) for name in FIGURES]
        score = "–" if row["score"] is None else f"{row['score']:.2f}"
        lines.append(f"{row['of']:<16} {score:>6}  {'  '.join(cells)}  {row['name'] or ''}".rstrip())
    return "\n".join([f"{month}, by {arguments.by}: share, and of how many turns at orders; ! is an alarm", *lines])


def _cell(figure: dict[str, Any], alarm: bool) -> str:
    if figure["share"] is None:
        return f"{'–':>20}"
    return f"{figure['share']:.2%} of {figure['turns']}{'!' if alarm else ''}".rjust(20)


def _score_cases(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    allowed = FIGURES[arguments.figure]
    if arguments.outcome and arguments.outcome not in allowed:
        raise ValueError(f"{arguments.figure} has no outcome {arguments.outcome}: use one of {', '.join(allowed)}")
    found: list[dict[str, Any]] = []
    with open_work() as work:
        month = arguments.month or views.town_today(work)[1]
        about = (arguments.by, arguments.of or "", month, arguments.figure, arguments.outcome)
        while page := views.score_cases(work, *about, found[-1]["assignment_id"] if found else 0, PAGE):
            found += page
    return found


def _adoption(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.adoption(work, arguments.day or views.town_today(work)[0])
    return found if arguments.json else [found["town"] | {"unit": "town"}, *found["units"]]


def _count_anew(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    return {"orders to be counted": use_cases.count_anew(arguments.since, open_work)}


def _check_scores(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        astray = views.tallies_astray(work)
    if astray:
        first = astray[0]
        raise ValueError(f"{len(astray)} tallies are not what the turns say, {first} first: report it")
    return "every tally is what the turns say"


def month(text: str) -> str:
    if not MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month: write it as 2026-11")
    return text


def _of_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=DIMENSIONS, default="town", help="default: %(default)s")
    parser.add_argument("--of", help="only this grid, unit, member, category or source")
    parser.add_argument("--month", type=month, help="as 2026-11; the one that runs, if left out")


def _scores_arguments(parser: argparse.ArgumentParser) -> None:
    _of_what(parser)
    parser.add_argument("--json", action="store_true", help="everything, for programs")


def _cases_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("figure", choices=sorted(FIGURES))
    _of_what(parser)
    parser.add_argument("--outcome", help="only those that count so, for example late")


def _adoption_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--day", type=dt.date.fromisoformat, help="as 2026-11-25; today, if left out")
    parser.add_argument("--json", action="store_true", help="every member, for programs")


def _since(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=_moment, required=True, help="RFC 3339 time: orders that started since then")


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset: write it as 2026-11-01T00:00:00+08:00")
    return moment


COMMANDS = [
    Command("scores", "figures and scores of a month, the best first", _scores, _scores_arguments),
    Command("score-cases", "the cases behind a figure, a JSON line each", _score_cases, _cases_arguments),
    Command("adoption", "how many members were active on a day, in its week and month", _adoption, _adoption_arguments),
    Command("count-scores", "have the running service count orders anew", _count_anew, _since, changes=True),
    Command("check-scores", "whether every tally is what the turns say; takes long in a large town", _check_scores),
]
