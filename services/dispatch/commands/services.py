"""Commands about service orders: the list from a file, what is on it, what was ordered, how it went."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.domain.access import Scope
from shared import marked
from shared.admin import Command, OpenWork
from shared.settings import Settings

SHOWN = 500
LISTED = ("code", "name_zh", "name_en", "category", "lane", "limit")


def load_services(path: Path, open_work: OpenWork) -> dict[str, int]:
    """The service list of a file like services.yaml. ValueError names every mistake with its line; then nothing has
    changed."""
    document = marked.read(path)
    done, problems = use_cases.load_services(document.value, open_work)
    if problems:
        told = marked.told(path, "", document, problems)
        raise ValueError("\n".join(["the service list is refused, the one in force stays", *told]))
    return done


def _load(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return load_services(arguments.file, open_work)


def _services(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.services(work)
    return [{name: item[name] for name in LISTED} for item in found]


def _orders(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        everything = Scope("", everything=True)
        return views.service_orders(work, arguments.state, arguments.item, everything, None, SHOWN)


def _figures(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        month = arguments.month or views.town_today(work)[1]
        found = views.service_figures(work, month, month)
    return [*found["items"], {"month": month, "item": "all"} | found["total"]]


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the whole list, as services.yaml of a town folder")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--item", help="only orders of this item")
    parser.add_argument("--state", help="only those whose work is in this state")


def _month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", help="YYYY-MM; without it, the month that runs")


COMMANDS = [
    Command("load-services", "the service list of a file, whole", _load, _file, changes=True),
    Command("services", "what can be ordered", _services),
    Command("service-orders", "what was ordered, green channels first", _orders, _which),
    Command("service-figures", "how service orders of a month went: at most one visit, on time", _figures, _month),
]
