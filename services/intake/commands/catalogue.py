"""The catalogue, to look at: it is loaded with the town's folder."""

from __future__ import annotations

import argparse
from typing import Any

from shared.admin import Command, OpenWork
from shared.settings import Settings


def _catalogue(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        found = [row for row in work.all_categories() if arguments.code in (None, row["code"])]
    if arguments.code and not found:
        raise ValueError(f"the catalogue has no category {arguments.code!r}: `catalogue` lists those that there are")
    return found


COMMANDS = [
    Command(
        "catalogue",
        "list the catalogue, or show one category",
        _catalogue,
        lambda parser: parser.add_argument("code", nargs="?", help="of a category, for example 0102"),
    )
]
