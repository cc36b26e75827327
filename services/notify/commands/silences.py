"""Silences: what is not to be heard on channels for a while."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from services.notify import use_cases, views
from services.notify.domain.pipeline.duration import UNITS, duration
from shared.admin import Command, OpenWork
from shared.settings import Settings

MOST = 1_000


def _silences(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return {"list": _list, "add": _add, "end": _end}[arguments.action](arguments, open_work)


def _list(arguments: argparse.Namespace, open_work: OpenWork) -> Any:
    with open_work() as work:
        return views.silences(work, arguments.ended, MOST)


def _add(arguments: argparse.Namespace, open_work: OpenWork) -> Any:
    if not (arguments.reason and arguments.last):
        raise ValueError('write `silences add --area … --for "2 day" --reason TEXT`')
    lasting = duration(arguments.last)
    matchers = {name: getattr(arguments, name) for name in ("category", "area", "number", "receiver")}
    matchers |= {name: getattr(arguments, name) for name in ("kinds", "levels")}
    with open_work() as work:
        ends_at = work.now() + lasting
    body: dict[str, Any] = matchers | {"reason": arguments.reason, "ends_at": ends_at}
    return use_cases.add_silence(body, arguments.owner or _who(), None, open_work)


def _end(arguments: argparse.Namespace, open_work: OpenWork) -> Any:
    if not arguments.id:
        raise ValueError("write `silences end ID`; the ids are in the list")
    return use_cases.end_silence(arguments.id, _who(), None, open_work)


def _who() -> str:
    return f"admin {getpass.getuser()}"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "add", "end"])
    parser.add_argument("id", nargs="?", help="end: which")
    parser.add_argument("--ended", action="store_true", help="list: those that are over, too")
    parser.add_argument("--kinds", nargs="+", help="kinds of notices, whole or `beginning*`")
    parser.add_argument("--levels", nargs="+", choices=["P1", "P2", "P3", "P4"], help="P1 only with --number")
    parser.add_argument("--category", help="or its beginning")
    parser.add_argument("--area", help="with all that lie in it")
    parser.add_argument("--number", help="of a case")
    parser.add_argument("--receiver", help="a member")
    parser.add_argument("--for", dest="last", help=f'how long: "12 emergency_hour"; units are {", ".join(UNITS)}')
    parser.add_argument("--owner", default="", help="who wants it; else whoever runs this")
    parser.add_argument("--reason", default="", help="why; everybody whose notices it keeps back may be told")


COMMANDS = [
    Command("silences", "what is not to be heard for a while: list, add, end", _silences, _arguments, changes=True),
]
