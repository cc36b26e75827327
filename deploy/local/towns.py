"""The towns that run in this checkout: five services with their replicas and an edge each."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from deploy.local import edge, supervision
from deploy.local.checkout import LOCAL, ROOT, LocalError, port, remember, remembered
from deploy.local.supervision import Program
from deploy.provision.names import SERVICES, check_town
from deploy.provision.secrets import Secrets

SAMPLE = "qiuchuan"


@dataclass(frozen=True)
class Replica:
    """One process of one service."""

    town: str
    service: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"

    @property
    def http(self) -> str:
        return f"127.0.0.1:{port(f'{self.town}.{self.name}.http')}"

    @property
    def ops(self) -> str:
        return f"127.0.0.1:{port(f'{self.town}.{self.name}.ops')}"


def group_of(town: str) -> str:
    return f"town-{check_town(town)}"


def secrets_of(town: str) -> Secrets:
    return Secrets(LOCAL / "secrets" / check_town(town))


def names() -> list[str]:
    """The towns of this checkout, running or not."""
    return sorted(path.stem.removeprefix("town-") for path in (LOCAL / "conf.d").glob("town-*.ini"))


def state_of(town: str) -> dict[str, Any]:
    """What this checkout remembers of a town: its folder, what was loaded, how many replicas it has."""
    return remembered(f"towns/{check_town(town)}")


def note(town: str, **values: Any) -> None:
    remember(f"towns/{check_town(town)}", state_of(town) | values)


def replicas_of(town: str) -> list[Replica]:
    """Every process that the town has, as it was started last."""
    count = state_of(town).get("replicas", 1)
    return [Replica(town, service, number) for service in SERVICES for number in range(1, count + 1)]


def start(town: str, replicas: int = 1) -> bool:
    """Have the town's processes run, with the code as it is now; says whether anything was started or changed."""
    note(town, replicas=replicas)
    processes = replicas_of(town)
    addresses = {s: [r.http for r in processes if r.service == s] for s in SERVICES}
    supervision.write_group(group_of(town), [*(_program(r) for r in processes), edge.program(town, addresses)])
    changed = supervision.apply(group_of(town))
    idle = [p for p in supervision.processes() if p["group"] == group_of(town) and p["statename"] != "RUNNING"]
    if idle:
        supervision.start_group(group_of(town))
    return changed or bool(idle)


def forget(town: str) -> None:
    """Stop the town's processes and forget it; what broker and database hold of it stays."""
    supervision.forget_group(group_of(town))
    (LOCAL / "towns" / f"{town}.json").unlink(missing_ok=True)
    if supervision.running():
        supervision.apply(group_of(town))


def problems(replica: Replica) -> list[str]:
    """Why the process is not ready, in its own words; empty when it is."""
    try:
        with urllib.request.urlopen(f"http://{replica.ops}/readyz", timeout=5) as answer:
            return list(json.load(answer)["problems"])
    except urllib.error.HTTPError as error:
        return list(json.load(error)["problems"])
    except (OSError, ValueError) as error:
        return [f"does not answer on {replica.ops}: {error} (make logs)"]


def wait_ready(town: str, seconds: float = 60) -> None:
    """Until every process of the town is ready. Raises LocalError with the reasons of the one that is not."""
    until = time.monotonic() + seconds
    for replica in replicas_of(town):
        while found := problems(replica):
            if time.monotonic() > until:
                log = supervision.log_of(group_of(town), replica.name)
                raise LocalError(f"{town} {replica.name} is not ready: {'; '.join(found)} (log: {log}; make doctor)")
            time.sleep(0.2)


def _program(replica: Replica) -> Program:
    environment = secrets_of(replica.town).environment(replica.town, replica.service) | {
        "HTTP_ADDRESS": replica.http,
        "OPS_ADDRESS": replica.ops,
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        "MEDIA_STORE": str(LOCAL / "media" / replica.town),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or edge.address(replica.town),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "WANGGE_CODE": code(),  # new code is a new setting, so that the next start takes it up
    }
    target = f"services.{replica.service}.service:{replica.service.capitalize()}Service"
    return Program(replica.name, f"{sys.executable} -m shared.run {target}", environment)


@functools.cache
def code() -> str:
    """A fingerprint of what the services are made of."""
    digest = hashlib.sha256()
    for folder in ("shared", "services"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".sql", ".yaml", ".html", ".css", ".js"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
