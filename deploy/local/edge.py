"""The edge of a town: nginx, unprivileged, with everything that it writes in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path
from string import Template

from deploy.local.checkout import ROOT, LocalError, folder_for, port, user_for, write_for
from deploy.local.supervision import Program
from deploy.provision.names import SERVICES

EDGE = ROOT / "deploy" / "edge"


class _Template(Template):
    delimiter = "@"  # nginx has the dollar for itself


def address(town: str) -> str:
    return f"http://127.0.0.1:{port(f'{town}.edge')}"


def nginx() -> str:
    """Where nginx is. Raises LocalError."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        raise LocalError("nginx is not installed: run deploy/local/bootstrap.sh")
    return found


def program(town: str, replicas: dict[str, list[str]]) -> Program:
    """Write the town's configuration and say how to run it; `replicas` are the addresses of each service."""
    folder = folder_for("edge") / town
    folder.mkdir(exist_ok=True, mode=0o700)
    user = user_for("edge")
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    write_for("edge", folder / "index.html", (EDGE / "index.html").read_text(encoding="utf-8"))
    write_for("edge", folder / "nginx.conf", render(folder, f"127.0.0.1:{port(f'{town}.edge')}", replicas))
    command = f"{nginx()} -e stderr -p {folder} -c {folder}/nginx.conf -g 'daemon off;'"
    return Program("edge", command, user=user, stop_signal="QUIT", order=60)


def render(folder: Path, listen: str, replicas: dict[str, list[str]]) -> str:
    """The configuration of an edge that listens there and writes into `folder`, where its first page is."""
    return _Template((EDGE / "nginx.conf").read_text(encoding="utf-8")).safe_substitute(
        folder=folder,
        pages=folder,
        listen=listen,
        upstreams="\n".join(_upstream(service, replicas[service]) for service in SERVICES),
        routes=(EDGE / "routes.conf").read_text(encoding="utf-8"),
    )


def _upstream(service: str, addresses: list[str]) -> str:
    servers = " ".join(f"server {address} max_fails=3 fail_timeout=2s;" for address in addresses)
    return f"    upstream {service} {{ {servers} }}"
