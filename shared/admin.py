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

from shared import marked
from shared.db.failures import OUTAGE, classify
from shared.db.pool import Pool
from shared.outbox.unit_of_work import QUERIES, NullRelay, UnitOfWork, opener
from shared.sealing import SealError
from shared.settings import Settings, SettingsError

OpenWork = Callable[[], Any]
CheckRules = Callable[[Any, Any], Sequence[marked.Problem]]  # section, unit of work


@dataclass(frozen=True)
class Command:
    """A service's own command.

    `run(arguments, open_work, settings)` gives back what is printed: a text as it is, a list as a JSON line for each
    item, anything else as one JSON line, nothing for None. It raises ValueError, or an error of its service, with a
    text that says how to repair.

    One that `changes` something gets `--dry-run`: its transactions are then written and rolled back instead of
    committed. What it does outside of the database it leaves undone itself, where `arguments.dry_run`.
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
    check_rules: CheckRules = lambda section, work: (),
) -> int:
    """Run one command and print what it gives; or what is wrong and how to repair it. `errors` are the service's own.
    `check_rules` says what is wrong in the service's section of a rule set, which is then refused.

    Returns 0; 1 for what cannot be done, 2 for wrong settings or arguments.
    """
    arguments = _parser(resay, commands).parse_args()
    explained: tuple[type[Exception], ...] = (ValueError, SealError, *errors)
    try:
        settings = load(os.environ)
        pool = Pool(settings.database_url, 1, f"wangge-{settings.service}-admin")
        open_work = opener(pool, NullRelay(settings.key_ring), settings.address, unit)
        result = _run(arguments, open_work, settings, load_town, resay, check_rules)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except explained as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (OSError, KeyError, yaml.YAMLError) as error:
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        if classify(error) != OUTAGE:
            raise
        print(f"error: the database does not answer: {str(error).strip()} (make doctor)", file=sys.stderr)
        return 1
    try:
        _show(result)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough: `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show(result: Any) -> None:
    if isinstance(result, str):
        print(result)
        return
    for line in result if isinstance(result, list) else [] if result is None else [result]:
        print(json.dumps(line, ensure_ascii=False, default=str))


def _parser(resay: dict[str, Any], own: Sequence[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="What administrators of this service do; each command has its --help.")
    commands = parser.add_subparsers(dest="command", required=True)
    town = commands.add_parser("load-town", help="load this service's part of a town folder")
    town.add_argument("folder", type=Path)
    town.add_argument("--rules", type=Path, help="and bring this service's part of a rule set into force")
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


def _run(
    arguments: argparse.Namespace,
    open_work: OpenWork,
    settings: Settings,
    load_town: Any,
    resay: Any,
    check_rules: CheckRules,
) -> Any:
    if "own" in arguments:
        rehearsal = getattr(arguments, "dry_run", False)
        return arguments.own(arguments, _rehearsed(open_work) if rehearsal else open_work, settings)
    if arguments.command == "load-town":
        loaded = load_town(arguments.folder, open_work, settings)
        return loaded | (_load_rules(arguments.rules, open_work, settings, check_rules) if arguments.rules else {})
    if arguments.command == "load-rules":
        return _load_rules(arguments.file, open_work, settings, check_rules)
    if arguments.command == "resay":
        return {"said again": resay[arguments.what](open_work)}
    with open_work() as work:
        result = _in_transaction(arguments, work)
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


def _load_rules(path: Path, open_work: OpenWork, settings: Settings, check_rules: CheckRules) -> dict[str, Any]:
    with open_work() as work:
        rules = read_rule_set(path, settings.service, lambda section: check_rules(section, work))
        work.load_rules(rules["name"], rules[settings.service])
        work.commit()
    return {"rules in force": rules["name"]}


def _in_transaction(arguments: argparse.Namespace, work: UnitOfWork) -> Any:
    if arguments.command == "republish":
        return {"to be said again": work.count(QUERIES.say_again, since=arguments.since)}
    return _dead(arguments, work)


def read_rule_set(path: Path, service: str, check: Callable[[Any], Sequence[marked.Problem]]) -> dict[str, Any]:
    """A rule set with a section for the service. ValueError names every problem of that section, with its line."""
    rules = marked.read(path)
    if not isinstance(rules.value, dict) or not isinstance(rules.value.get("name"), str):
        raise ValueError(f"{path}:1: the rule set has no name: write name: normal")
    section = rules.value.get(service) or {}
    if problems := check(section):
        raise ValueError(
            "the rule set is refused, the one in force stays\n" + "\n".join(marked.told(path, service, rules, problems))
        )
    return rules.value | {service: section}


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
