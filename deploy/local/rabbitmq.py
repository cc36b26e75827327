"""The private RabbitMQ: a node of its own with cookie, epmd and ports of its own, on the loopback address alone."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from deploy.local.checkout import ROOT, LocalError, fingerprint, folder_for, password, port, user_for, write_for
from deploy.local.supervision import Program
from deploy.provision.names import ProvisionError
from deploy.provision.servers import Management

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper wants root or the user rabbitmq
SETTINGS = ROOT / "deploy" / "rabbitmq" / "rabbitmq.conf"
PLUGINS = ROOT / "deploy" / "rabbitmq" / "enabled_plugins"
ADMIN = "wangge"
NO_BUSY_WAIT = "+sbwt none +sbwtdcpu none +sbwtdio none"  # schedulers that spin take the services' share of two cores


def programs() -> list[Program]:
    """The name server of Erlang nodes, then the broker."""
    if not SERVER.exists():
        raise LocalError("RabbitMQ is not installed: run deploy/local/bootstrap.sh")
    epmd = shutil.which("epmd") or "/usr/bin/epmd"
    user = user_for("rabbitmq")
    return [
        Program("epmd", f"{epmd} -address 127.0.0.1 -port {port('epmd')}", user=user, order=5),
        Program("rabbitmq", str(SERVER), environment(), user=user, stop_seconds=60, order=10),
    ]


def environment() -> dict[str, str]:
    """What makes the node private; rabbitmqctl finds it with the same settings."""
    return node_environment(
        folder_for("rabbitmq"), f"wangge-{fingerprint()}@localhost", port("epmd"), port("broker_distribution")
    )


def node_environment(home: Path, node: str, epmd: int, distribution: int) -> dict[str, str]:
    """Settings of a node of ours: everything that it keeps is below `home`, it listens on loopback alone."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": node,
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} {NO_BUSY_WAIT}",
        "RABBITMQ_CONF_ENV_FILE": str(home / "environment.conf"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONFIG_FILES": str(home / "none"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(home / "pid"),
    }


def initialise() -> None:
    """Write the node's settings and, the first time, its cookie."""
    home = folder_for("rabbitmq")
    write_node(home, port("amqp"), port("management"), port("broker_metrics"), password("rabbitmq"))
    if not (home / ".erlang.cookie").exists():
        write_cookie(home, secrets.token_hex(20))


def write_node(home: Path, amqp: int, management: int, metrics: int, secret: str) -> None:
    """A node's settings: the product's own, its addresses, the administrator's login for its first start."""
    text = SETTINGS.read_text(encoding="utf-8")
    write_for(
        "rabbitmq",
        home / "rabbitmq.conf",
        f"{text}listeners.tcp.1 = 127.0.0.1:{amqp}\n"
        f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
        f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {metrics}\n"
        f"default_user = {ADMIN}\ndefault_pass = {secret}\n",
    )
    write_for("rabbitmq", home / "enabled_plugins", PLUGINS.read_text(encoding="utf-8"))
    write_for("rabbitmq", home / "environment.conf", "")


def write_cookie(home: Path, cookie: str) -> None:
    """Nodes that share a cookie may talk to each other."""
    write_for("rabbitmq", home / ".erlang.cookie", cookie)
    (home / ".erlang.cookie").chmod(0o400)


def uri() -> str:
    return f"amqp://{ADMIN}:{password('rabbitmq')}@127.0.0.1:{port('amqp')}/%2F"


def admin_url() -> str:
    return f"http://{ADMIN}:{password('rabbitmq')}@127.0.0.1:{port('management')}"


def problem() -> str | None:
    """Why the broker cannot be used now; None when it can: its port is open and no alarm stops publishers."""
    api = Management(admin_url(), timeout=5)
    try:
        api.get(f"health/checks/port-listener/{port('amqp')}")
        api.get("health/checks/alarms")
    except ProvisionError as error:
        return str(error)
    return None
