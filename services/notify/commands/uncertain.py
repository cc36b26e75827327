"""Deliveries that may or may not have arrived: an operator who knows says so."""

from __future__ import annotations

import argparse
from typing import Any

from services.notify import use_cases, views
from services.notify.commands.who import who
from services.notify.domain.deciding import UNCERTAIN
from shared.admin import Command, OpenWork
from shared.settings import Settings

MOST = 1_000


def _uncertain(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    if arguments.action == "list":
        with open_work() as work:
            return views.deliveries(work, UNCERTAIN, None, None, None, MOST)
    if not (arguments.id and arguments.outcome and arguments.reason):
        raise ValueError("write `uncertain settle ID delivered|failed|again --reason TEXT`; the ids are in the list")
    return use_cases.settle_by_hand(arguments.id, arguments.outcome, arguments.reason, who(), open_work)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "settle"])
    parser.add_argument("id", nargs="?")
    parser.add_argument("outcome", nargs="?", choices=sorted(use_cases.BY_HAND), help="again: it is sent once more")
    parser.add_argument("--reason", default="", help="how you know")


COMMANDS = [
    Command("uncertain", "deliveries of which nobody knows: list, settle", _uncertain, _arguments, changes=True),
]
