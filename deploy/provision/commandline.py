"""The command line of what is provisioned one by one: sources, subscribers."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from deploy.provision import folder
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.servers import NAMES, Servers, from_environment


class Town(NamedTuple):
    """The running town that a command is for."""

    servers: Servers
    name: str
    secrets: Secrets

    def intake(self, *command: str, dry_run: bool = False) -> list[dict[str, Any]]:
        """What intake's own command says. Raises ProvisionError."""
        return self.ask("intake", *command, *(["--dry-run"] if dry_run else []))

    def ask(self, service: str, *command: str) -> list[dict[str, Any]]:
        """What a service's own command says. Raises ProvisionError."""
        told = folder.run_admin(self.secrets, self.name, service, *command)
        return [json.loads(line) for line in told.splitlines()]

    def secret(self, source: str) -> Path:
        return self.secrets.path("sources", source, "amqp_uri")


def perform(town: Town, arguments: argparse.Namespace) -> str:
    """Run the chosen command; what to tell. Raises ProvisionError."""
    return str(arguments.do(town, arguments)).rstrip()


def run(module: str, about: str | None, add_commands: Callable[[argparse.ArgumentParser], Any]) -> int:
    """The command of the process's arguments, on the servers that the environment names."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=f"{about}\nThe servers come from the environment: {', '.join(NAMES)}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--town", required=True)
    parser.add_argument("--secrets", type=Path, required=True, help="the town's secrets folder")
    add_commands(parser)
    arguments = parser.parse_args()
    try:
        servers = from_environment()
        if servers is None:
            raise ProvisionError(f"set {', '.join(NAMES)}")
        print(perform(Town(servers, arguments.town, Secrets(arguments.secrets)), arguments))
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
