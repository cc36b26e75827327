"""The sample town in containers: the same steps in the same order as `make up` takes them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from deploy.compose.secrets import servers
from deploy.provision import folder
from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.town import provision

TOWN = "qiuchuan"
EDGE = "http://edge:8080"
FOLDER = Path(__file__).parents[1] / "towns" / TOWN


def prepare(secrets: Secrets) -> None:
    """Provision the town; load its folder when it is new or has changed, and when it is new the practice rules."""
    done = provision(servers(secrets), TOWN, secrets, FOLDER)
    print(f"{TOWN}: {done.queues} queues, {done.users} users, {len(done.migrations)} new migrations", flush=True)
    marker, now = secrets.path("state", "loaded"), _fingerprint()
    if marker.exists() and marker.read_text() == now:
        return
    folder.load(secrets, TOWN, FOLDER, None if marker.exists() else _rules("practice"))
    secrets.write(now, "state", "loaded")
    print(f"{TOWN}: loaded 已载入乡镇资料")


def first_stretch(secrets: Secrets) -> None:
    """Once: simulated platforms, members and reporters under the practice rules; then the normal rules."""
    marker = secrets.path("state", "rehearsed")
    if marker.exists():
        print(f"{TOWN}: the first stretch is behind it 首轮演练已完成")
        return
    command = [sys.executable, "-m", "deploy.simulation", "--town", TOWN]
    if subprocess.call([*command, "--secrets", str(secrets.folder), "--base-url", EDGE]):
        raise ProvisionError("the first stretch did not end well: see above; docker compose up tries it again")
    folder.for_all(secrets, TOWN, "load-rules", str(_rules("normal")))
    secrets.write("yes", "state", "rehearsed")


def _rules(name: str) -> Path:
    return FOLDER / "rules" / f"{name}.yaml"


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in FOLDER.rglob("*") if p.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()
