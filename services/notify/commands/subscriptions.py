"""Who has subscribed to what: a file of them, the list, the end of one, and why one hears of a case or does not."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from services.notify import messages, use_cases, views
from services.notify.domain.subscribing import Who
from services.notify.domain.subscriptions import DESK
from services.notify.use_cases import Asked, Mistaken
from shared import marked
from shared.admin import Command, OpenWork
from shared.reasons import reasons_of
from shared.settings import Settings

MOST = 1_000
_SUBSCRIBE = messages.Subscribe()


def _add(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    """All that the file names or nothing; ValueError names every mistake with its line."""
    if not arguments.what:
        raise ValueError("which file? `subscriptions add FILE`: see subscriptions.yaml in deploy/towns/format.md")
    path = Path(arguments.what)
    document = marked.read(path)
    problems, asked = _read(document.value)
    if not problems:
        try:
            rows = use_cases.subscribe(asked, _who(), open_work)
        except Mistaken as error:
            problems = [(("subscriptions", at, wrong.field), wrong.problem, wrong.repair) for at, wrong in error.wrong]
    if problems:
        raise ValueError("the subscriptions are refused\n" + "\n".join(marked.told(path, "", document, problems)))
    return [{"id": row["id"], "receiver": row["receiver"]} for row in rows]


def _read(value: Any) -> tuple[list[marked.Problem], list[Asked]]:
    entries = value.get("subscriptions") if isinstance(value, dict) else None
    if not isinstance(entries, list) or not entries or set(value) != {"subscriptions"}:
        return [((), "there is no list `subscriptions`, or something else", "write subscriptions: and a list")], []
    problems: list[marked.Problem] = []
    asked = []
    for at, entry in enumerate(entries):
        given = {k: _text(v) for k, v in entry.items()} if isinstance(entry, dict) else entry
        try:
            asked.append(use_cases.asked_of(_SUBSCRIBE.load(given)))
        except ValidationError as error:
            for reason in reasons_of(error):
                place = ("subscriptions", at, *reason["field"].split("."))
                problems.append((place, reason["problem"], reason["repair"]))
    return problems, asked


def _text(value: Any) -> Any:
    """YAML knows moments by itself; the schema reads them as they are written."""
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _list(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.subscriptions(work, None, arguments.what, not arguments.ended, None, MOST)


def _end(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    if not (arguments.what and arguments.reason):
        raise ValueError("write `subscriptions end ID --reason TEXT`; the ids are in the list")
    return use_cases.end_subscription(arguments.what, _who(), arguments.reason, open_work)


def _explain(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    if not (arguments.what and arguments.transition):
        raise ValueError("write `subscriptions explain NUMBER --transition work_assigned`")
    return use_cases.explain_case(arguments.what, arguments.transition, open_work)


def _who() -> Who:
    """Administrators may what the desk may."""
    return Who(f"admin {getpass.getuser()}", DESK)


ACTIONS = {"add": _add, "list": _list, "end": _end, "explain": _explain}


def _subscriptions(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return ACTIONS[arguments.action](arguments, open_work, settings)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=sorted(ACTIONS))
    parser.add_argument("what", nargs="?", help="a file; a receiver, or nothing; an id; the number of a case")
    parser.add_argument("--reason", default="", help="end: why it is not wanted any more")
    parser.add_argument("--ended", action="store_true", help="list: those too that are in force no longer")
    parser.add_argument("--transition", choices=messages.NAMES, help="explain: what happens to the case")


COMMANDS = [
    Command(
        "subscriptions",
        "who hears what happens: add those of a file, list, end, explain for a case",
        _subscriptions,
        _arguments,
        changes=True,
    ),
]
