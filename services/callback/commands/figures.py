"""Figures for administrators: how many were asked, answered, are content; words; what is striking."""

from __future__ import annotations

import argparse
from typing import Any

from services.callback import use_cases, views
from services.callback.commands.follow_ups import month, read_month
from shared.admin import Command, OpenWork
from shared.settings import Settings

MOST = 500
SHARES = ("response", "resolution", "satisfaction", "reached")


def _figures(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        month = arguments.month or views.town_month(work)
        found = views.figures_by(work, arguments.by, arguments.of, month, month)
    if arguments.json:
        return found
    lines = [f"{'of':<16} {'matters':>8} {'asked':>6}  " + "  ".join(f"{name:>28}" for name in SHARES)]
    for row in found:
        cells = "  ".join(_cell(row[name], row["alarm"] and name == "satisfaction") for name in SHARES)
        lines.append(f"{row['of'] or 'town':<16} {row['matters']:>8} {row['asked']:>6}  {cells}")
    return "\n".join([f"{month}, by {arguments.by}: share (95 % bounds) of how many; ! is an alarm", *lines])


def _cell(one: dict[str, Any], alarm: bool) -> str:
    if one["share"] is None:
        return f"{'–':>28}"
    return f"{one['share']:.1%} ({one['low']:.1%}–{one['high']:.1%}) of {one['of']}{'!' if alarm else ''}".rjust(28)


def _words(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        month = arguments.month or views.town_month(work)
        return views.words(work, month, arguments.unit, arguments.category)


def _marks(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.marks(work, arguments.reason, MOST)


def _ask_again(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    wanted = (arguments.month, arguments.number, arguments.unit, arguments.marked, arguments.reason)
    return {"asked again": use_cases.ask_again("admin", *wanted, open_work)}


def _figures_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=("town", "unit", "category"), default="town", help="default: %(default)s")
    parser.add_argument("--of", help="only this unit or category")
    parser.add_argument("--month", type=read_month, help="as 2026-11; the one that runs, if left out")
    parser.add_argument("--json", action="store_true", help="everything, for programs")


def _words_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", type=read_month, help="as 2026-11; the one that runs, if left out")
    parser.add_argument("--unit")
    parser.add_argument("--category")


def _marks_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", choices=("quick", "series_of_device", "series_of_taker", "one_handler"))


def _again_arguments(parser: argparse.ArgumentParser) -> None:
    month(parser)
    parser.add_argument("number", type=int, help="how many answers")
    parser.add_argument("--unit")
    parser.add_argument("--marked", action="store_true", help="only what is striking")
    parser.add_argument("--reason", required=True, help="why they are asked again")


COMMANDS = [
    Command(
        "figures",
        "shares of a month, with bounds and denominators",
        _figures,
        _figures_arguments,
    ),
    Command("words", "words that recur in what reporters said", _words, _words_arguments),
    Command("marks", "what is striking about answers, a JSON line each", _marks, _marks_arguments),
    Command("ask-again", "have a sample of answers asked for again", _ask_again, _again_arguments, changes=True),
]
