"""What provisioning needs of a town folder (deploy/towns/format.md): the names of its sources and members."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from deploy.provision.names import SERVICES, ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.servers import NAMES

ROOT = Path(__file__).parents[2]


def sources_in(folder: Path) -> list[str]:
    document = yaml.safe_load(_text(folder / "sources.yaml"))
    return [source["name"] for source in document["sources"]]


def members_in(folder: Path) -> list[str]:
    return [row["member_id"] for row in csv.DictReader(_text(folder / "members.csv").splitlines())]


def load(
    secrets: Secrets, town: str, folder: Path, rules: Path | None = None, services: Sequence[str] = SERVICES
) -> None:
    """Each service loads its own part of the folder into its own schema, and brings its part of a rule set into force.
    Raises ProvisionError with what the first that failed said."""
    in_force = ("--rules", str(rules.resolve())) if rules else ()
    for_all(secrets, town, "load-town", str(folder.resolve()), *in_force, services=services)


def for_all(secrets: Secrets, town: str, *command: str, services: Sequence[str] = SERVICES) -> None:
    """Run one administrators' command of every service. Raises ProvisionError with what the first that failed said."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda service: run_admin(secrets, town, service, *command), services))


def run_admin(secrets: Secrets, town: str, service: str, *command: str) -> str:
    """One administrators' command of a service; gives back what it printed. Raises ProvisionError."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}.admin", *command],
        cwd=ROOT,
        env=admin_environment(secrets, town, service),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ProvisionError(f"{service} {' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def admin_environment(secrets: Secrets, town: str, service: str) -> dict[str, str]:
    """For `python -m services.<service>.admin …`: the service's own settings, and no administrator's login."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    return inherited | {"PYTHONPATH": str(ROOT)} | secrets.environment(town, service)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ProvisionError(f"{path} cannot be read ({error.strerror}): is this a town folder?") from error
