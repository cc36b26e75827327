"""The administrators' command line that every service has: what is parked, what is to be said again, rules.

A service adds its own: `load-town FOLDER`, what it can `resay`, and commands of its own as a list of `Command`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.db.pool import Pool
from shared.outbox.unit_of_work import QUERIES, NullRelay, UnitOfWork, opener
from shared.sealing import SealError
from shared.settings import Settings, SettingsError

OpenWork = Callable[[], Any]


@dataclass(frozen=True)
class Command:
    """A service's own command: `run(arguments, open_work, settings)` gives back what is printed, a list line by line.

    One that `changes` something gets `--dry-run`: its transactions are then written and rolled back.
    """

    name: str
    help: str
    run: Callable[[argparse.Namespace, OpenWork, Settings], Any]
    arguments: Callable[[argparse.ArgumentParser], Any] = lambda parser: None
    changes: bool = False


def main(
    load: Callable[[Any], Settings],
    unit: type[UnitOfWork],
    load_town: Callable[[Path, OpenWork, Settings], dict[str, Any]],
    resay: dict[str, Callable[[OpenWork], int]],
    commands: Sequence[Command] = (),
    errors: tuple[type[Exception], ...] = (),
) -> int:
    """Run one command; says what it did as one JSON line, or what is wrong and how to repair it. `errors` are the
    service's own."""
    arguments = _parser(resay, commands).parse_args()
    explained: tuple[type[Exception], ...] = (OSError, ValueError, KeyError, yaml.YAMLError, SealError, *errors)
    try:
        settings = load(os.environ)
        pool = Pool(settings.database_url, 1, f"wangge-{settings.service}-admin")
        open_work = opener(pool, NullRelay(settings.key_ring), settings.address, unit)
        result = _run(arguments, open_work, settings, load_town, resay)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except explained as error:
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    for line in result if isinstance(result, list) else [result]:
        print(json.dumps(line, ensure_ascii=False, default=str))
    return 0


def _parser(resay: dict[str, Any], own: Sequence[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    town = commands.add_parser("load-town", help="load this service's part of a town folder")
    town.add_argument("folder", type=Path)
    rules = commands.add_parser("load-rules", help="bring this service's part of a rule set into force")
    rules.add_argument("file", type=Path)
    again = commands.add_parser("resay", help="say reference data again, for a hearer whose table is new")
    again.add_argument("what", choices=sorted(resay) or ["nothing"])
    republish = commands.add_parser("republish", help="say again what was said since a time (the broker was lost)")
    republish.add_argument("--since", required=True, help="RFC 3339 time, for example 2026-11-23T09:00:00+08:00")
    dead = commands.add_parser("dead", help="what is parked: list, show, replay, discard")
    dead.add_argument("action", choices=["list", "show", "replay", "discard"])
    dead.add_argument("id", nargs="?", help="as listed; `replay` without one replays all")
    for command in own:
        added = commands.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(added)
        if command.changes:
            added.add_argument("--dry-run", action="store_true", help="do it, say what it did, and keep nothing of it")
        added.set_defaults(own=command.run)
    return parser


def _run(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings, load_town: Any, resay: Any) -> Any:
    if "own" in arguments:
        rehearsal = getattr(arguments, "dry_run", False)
        return arguments.own(arguments, _rehearsed(open_work) if rehearsal else open_work, settings)
    if arguments.command == "load-town":
        return load_town(arguments.folder, open_work, settings)
    if arguments.command == "resay":
        return {"said again": resay[arguments.what](open_work)}
    with open_work() as work:
        result = _in_transaction(arguments, work, settings)
        work.commit()
    return result


def _rehearsed(open_work: OpenWork) -> OpenWork:
    """Units of work whose commit keeps nothing."""

    @contextmanager
    def rehearsed() -> Iterator[UnitOfWork]:
        with open_work() as work:
            work.commit = work.rehearse
            yield work

    return rehearsed


def _in_transaction(arguments: argparse.Namespace, work: UnitOfWork, settings: Settings) -> Any:
    if arguments.command == "load-rules":
        rules = yaml.safe_load(arguments.file.read_text(encoding="utf-8"))
        work.load_rules(rules["name"], rules.get(settings.service) or {})
        return {"rules in force": rules["name"]}
    if arguments.command == "republish":
        return {"to be said again": work.count(QUERIES.say_again, since=arguments.since)}
    return _dead(arguments, work)


def _dead(arguments: argparse.Namespace, work: UnitOfWork) -> Any:
    if arguments.action == "list":
        return work.dicts(QUERIES.list_parked, limit=200)
    if arguments.action == "replay":
        return {"to be tried again": work.count(QUERIES.replay_parked, id=arguments.id)}
    if not arguments.id:
        raise ValueError(f"`dead {arguments.action}` needs the id of an event: see `dead list`")
    if arguments.action == "discard":
        return {"discarded": work.count(QUERIES.discard_parked, id=arguments.id)}
    return [row | {"body": row["body"].decode(errors="replace")} for row in work.parked(arguments.id)]
