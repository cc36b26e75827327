"""Deadlines: how one comes about, whether all are what they should be, and working them out anew."""

from __future__ import annotations

import argparse
from typing import Any

from services.dispatch import use_cases
from shared.admin import Command, OpenWork
from shared.settings import Settings


def _explain(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> str:
    return use_cases.explain_deadline(arguments.number, open_work)


def _check(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return use_cases.check_deadlines(open_work) or "all deadlines are what journal and calendar make them"


def _redate(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> str:
    use_cases.begin_redating(open_work)
    return "the running service works out the deadlines of all open orders anew"


COMMANDS = [
    Command(
        "explain-deadline",
        "how the deadline of a case's work order comes about, line by line",
        _explain,
        lambda parser: parser.add_argument("number", help="number of the case"),
    ),
    Command("check-deadlines", "open orders whose deadline is not what journal and calendar make it", _check),
    Command(
        "redate-orders",
        "work out the deadlines of all open orders anew; a new calendar does so by itself",
        _redate,
        changes=True,
    ),
]
