"""Sources of a running town: add one, give it a new password, switch it off and on. 管理上游来源.

The broker's user, rights and queues and intake's own table, in one go; nothing needs a restart: intake reads its table
for every batch, and looks for new queues every 20 s at the latest. Each command may be repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from deploy.provision import broker, rights
from deploy.provision.commandline import Town, run
from deploy.provision.hearing import KIND
from deploy.provision.names import PATROL, ProvisionError, check_client, user_of, vhost_of
from deploy.towns import schemas
from shared.messaging import topology

ALWAYS = ("report_received", "report_rejected")  # every source hears these


def show(town: Town, arguments: argparse.Namespace) -> str:
    """All sources, or one with everything about it."""
    if not arguments.name:
        return "\n".join(map(_line, town.intake("sources")))
    source = town.intake("sources", arguments.name)[0]
    return yaml.safe_dump(source | {"address": str(town.secret(arguments.name))}, allow_unicode=True, sort_keys=False)


def add(town: Town, arguments: argparse.Namespace) -> str:
    """User and queues first: intake is not ready while a queue that it should read is missing."""
    entry = _entry(arguments)
    _check_name(town, entry["name"])
    words = ("source-add", json.dumps(entry, ensure_ascii=False))
    source = town.intake(*words, dry_run=True)[0]
    if not arguments.dry_run:
        _connect(town, entry["name"], source["enabled"])
        topology.declare_source(town.servers.amqp_admin(vhost_of(town.name)), entry["name"])
        town.intake(*words)
    return f"{_line(source)}\n{_where(town, entry['name'])}"


def rotate(town: Town, arguments: argparse.Namespace) -> str:
    """A new password; whoever is connected with the old one is cut off."""
    source = _with_user(town, arguments.name)
    if not arguments.dry_run:
        town.secret(arguments.name).unlink(missing_ok=True)
        _connect(town, arguments.name, source["enabled"])
        broker.disconnect(town.servers, user_of(town.name, arguments.name))
    told = f"{arguments.name}: a new password, and the connections with the old one are closed"
    return f"{told}\n{_where(town, arguments.name)}"


def disable(town: Town, arguments: argparse.Namespace) -> str:
    """Intake refuses what still comes, by whatever door; on the broker the source may do nothing any more."""
    source = town.intake("source-disable", arguments.name, dry_run=arguments.dry_run)[0]
    if not arguments.dry_run and arguments.name != PATROL:
        _connect(town, arguments.name, enabled=False)
        broker.disconnect(town.servers, user_of(town.name, arguments.name))
    return f"{_line(source)}\nits reports are refused with this reason; its feedback waits until it is switched on"


def enable(town: Town, arguments: argparse.Namespace) -> str:
    """As before: rights, reports, and the feedback that has waited."""
    source = town.intake("source-enable", arguments.name, dry_run=arguments.dry_run)[0]
    if not arguments.dry_run and arguments.name != PATROL:
        _connect(town, arguments.name, enabled=True)
        broker.disconnect(town.servers, user_of(town.name, arguments.name))  # to connect again, with its rights
    return _line(source)


def _entry(arguments: argparse.Namespace) -> dict[str, Any]:
    """The entry of sources.yaml that the arguments make. Raises ProvisionError."""
    try:
        settings = yaml.safe_load(arguments.settings.read_text(encoding="utf-8")) if arguments.settings else {}
    except (OSError, yaml.YAMLError) as error:
        raise ProvisionError(f"{arguments.settings} cannot be read: {error}") from error
    entry = {
        "name": arguments.name,
        "kind": arguments.kind,
        "name_zh": arguments.name_zh,
        "name_en": arguments.name_en,
        "auto_accept": arguments.auto_accept,
        "asks_reporter": arguments.asks_reporter,
        "feedback": list(dict.fromkeys([*ALWAYS, *(name for name in arguments.feedback.split(",") if name)])),
        "settings": settings,
    }
    problems = schemas.Source().validate(entry)
    if problems:
        told = "; ".join(f"{field}: {problem}" for field, problem in problems.items())
        raise ProvisionError(f"{told} (deploy/towns/format.md, sources.yaml)")
    return entry


def _check_name(town: Town, name: str) -> None:
    """A name that is free on the broker and says no more than a name. Raises ProvisionError."""
    check_client(name)
    if name == PATROL:
        raise ProvisionError(f"{PATROL!r} is the source that members report as: take another name")
    for kind in ("members", KIND):
        if town.secrets.path(kind, name).exists():
            raise ProvisionError(f"one of the {kind} is called {name!r}: take another name")
    broker.check_free(town.servers, town.name, [name])


def _with_user(town: Town, name: str) -> dict[str, Any]:
    """A source that signs in to the broker."""
    if name == PATROL:
        raise ProvisionError(f"nobody signs in as {PATROL!r}: members report with their own users")
    return town.intake("sources", name)[0]


def _connect(town: Town, name: str, enabled: bool) -> None:
    allowed = rights.of_source(name) if enabled else rights.Rights()
    broker.have_users(town.servers, town.name, town.secrets, {("sources", name): (name, allowed)})


def _line(source: dict[str, Any]) -> str:
    state = "on " if source["enabled"] else "off"
    origin = "by hand" if source["by_hand"] else "folder"
    read = source["kind"] if source["read_as"] == source["kind"] else f"{source['kind']} (read as generic)"
    return f"{source['name']:20} {state} {origin:7} {read:26} {source['name_zh']} {source['name_en']}"


def _where(town: Town, name: str) -> str:
    return f"its address, with the password, is in {town.secret(name)} 连接地址（含密码）见该文件"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The commands as arguments of `parser`; `perform` runs the one that was chosen."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, do: Callable[[Town, argparse.Namespace], str], text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.add_argument("name", nargs="?" if name == "list" else None, help="of the source: a-z, 0-9 and -")
        if do is not show:
            added.add_argument("--dry-run", action="store_true", help="check everything, change nothing 只检查")
        added.set_defaults(do=do)
        return added

    action("list", show, "all sources 列表")
    action("show", show, "everything about one source 详情")
    adding = action("add", add, "a new source: broker user, rights, queues; or change one that was added so 新增")
    adding.add_argument("--kind", required=True, help="the language of its reports; unknown ones are read as generic")
    adding.add_argument("--name-zh", required=True)
    adding.add_argument("--name-en", required=True)
    adding.add_argument("--auto-accept", action="store_true", help="its reports need no desk")
    adding.add_argument("--asks-reporter", action="store_true", help="its reporters can be asked afterwards")
    adding.add_argument("--feedback", default="accepted,closed,rejected", help="what it wants to hear, with commas")
    adding.add_argument("--settings", type=Path, help="YAML file with its maps and limits (deploy/towns/format.md)")
    action("rotate", rotate, "a new password; connections with the old one are closed 更换密码")
    action("disable", disable, "refuse its reports, take its rights, close its connections 停用")
    action("enable", enable, "take its reports again 启用")


if __name__ == "__main__":
    sys.exit(run("deploy.provision.sources", __doc__, add_commands))
