"""Sources as intake has them. Broker user, rights and queues belong to it: `python -m deploy.provision.sources` (or
`make sources`) does both."""

from __future__ import annotations

import argparse
import json
from functools import partial
from typing import Any

from services.intake import use_cases
from services.intake.adapters import adapter_of
from services.intake.errors import SourceUnknown
from shared.admin import Command, OpenWork
from shared.settings import Settings

ENTRY = ("name", "kind", "name_zh", "name_en", "auto_accept", "asks_reporter", "feedback")
GENERIC = adapter_of("generic")


def _list(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        found = work.list_sources(arguments.name)
    if arguments.name and not found:
        raise SourceUnknown(arguments.name)
    return [_shown(source) for source in found]


def _add(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    entry = json.loads(arguments.entry)
    missing = [name for name in ENTRY if name not in entry]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing: an entry of sources.yaml is needed (deploy/towns/format.md)")
    return _shown(use_cases.add_source(entry, open_work))


def _switch(enabled: bool, arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    return _shown(use_cases.switch_source(arguments.name, enabled, open_work))


def _shown(source: dict[str, Any]) -> dict[str, Any]:
    """With the language that it is read in: a kind that nobody knows is read as the generic report."""
    return source | {"read_as": "generic" if adapter_of(source["kind"]) is GENERIC else source["kind"]}


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")


COMMANDS = [
    Command(
        "sources",
        "list the sources, or show one",
        _list,
        lambda parser: parser.add_argument("name", nargs="?"),
    ),
    Command(
        "source-add",
        "add a source that the town's folder does not name, or change one that was added so",
        _add,
        lambda parser: parser.add_argument("entry", help="as in sources.yaml, in JSON"),
        changes=True,
    ),
    Command("source-disable", "refuse the reports of a source", partial(_switch, False), _named, changes=True),
    Command("source-enable", "take the reports of a source again", partial(_switch, True), _named, changes=True),
]
