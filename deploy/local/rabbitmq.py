"""The private RabbitMQ: a node of its own with cookie, epmd and ports of its own, on the loopback address alone."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local.checkout import ROOT, LocalError, fingerprint, folder_for, password, port, user_for, write_for
from deploy.local.supervision import Program
from deploy.provision.names import ProvisionError
from deploy.provision.servers import Management, login_of

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper wants root or the user rabbitmq
SETTINGS = ROOT / "deploy" / "rabbitmq" / "rabbitmq.conf"
PLUGINS = ROOT / "deploy" / "rabbitmq" / "enabled_plugins"
ADVANCED = ROOT / "deploy" / "rabbitmq" / "advanced.config"
ADMIN = "wangge"
NO_BUSY_WAIT = "+sbwt none +sbwtdcpu none +sbwtdio none"  # schedulers that spin take the services' share of two cores


def programs() -> list[Program]:
    """The name server of Erlang nodes, then the broker."""
    if not SERVER.exists():
        raise LocalError("RabbitMQ is not installed: run deploy/local/bootstrap.sh")
    epmd = shutil.which("epmd") or "/usr/bin/epmd"
    user, settings = user_for("rabbitmq"), environment() | {"WANGGE_SETTINGS": _settings()}
    return [
        Program("epmd", f"{epmd} -address 127.0.0.1 -port {port('epmd')}", user=user, order=5),
        Program("rabbitmq", str(SERVER), settings, user=user, stop_seconds=60, order=10),
    ]


def _settings() -> str:
    """A fingerprint of the product's settings: new ones change the program, so that the next start takes them up."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (SETTINGS, PLUGINS, ADVANCED))).hexdigest()[:12]


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
    ports = [port(name) for name in ("amqp", "mqtt", "management", "broker_metrics")]
    write_node(home, *ports, secret=password("rabbitmq"))
    if not (home / ".erlang.cookie").exists():
        write_cookie(home, secrets.token_hex(20))


def write_node(home: Path, amqp: int, mqtt: int, management: int, metrics: int, secret: str) -> None:
    """A node's settings: the product's own, its addresses, the administrator's login for its first start."""
    text = SETTINGS.read_text(encoding="utf-8")
    write_for(
        "rabbitmq",
        home / "rabbitmq.conf",
        f"{text}listeners.tcp.1 = 127.0.0.1:{amqp}\n"
        f"mqtt.listeners.tcp.1 = 127.0.0.1:{mqtt}\n"
        f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
        f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {metrics}\n"
        f"default_user = {ADMIN}\ndefault_pass = {secret}\n",
    )
    write_for("rabbitmq", home / "enabled_plugins", PLUGINS.read_text(encoding="utf-8"))
    write_for("rabbitmq", home / "advanced.config", ADVANCED.read_text(encoding="utf-8"))
    write_for("rabbitmq", home / "environment.conf", "")


def write_cookie(home: Path, cookie: str) -> None:
    """Nodes that share a cookie may talk to each other."""
    write_for("rabbitmq", home / ".erlang.cookie", cookie)
    (home / ".erlang.cookie").chmod(0o400)


def uri() -> str:
    return f"amqp://{ADMIN}:{password('rabbitmq')}@127.0.0.1:{port('amqp')}/%2F"


def mqtt_options(address: str) -> str:
    """The options of mosquitto_sub for the user of an AMQP address, a line each, as its file of options has them."""
    user, secret = login_of(address)
    vhost = unquote(urlsplit(address).path.removeprefix("/"))
    options = {"-h": "127.0.0.1", "-p": port("mqtt"), "-V": "mqttv311", "-u": f"{vhost}:{user}", "-P": secret}
    return "\n".join(f"{option} {value}" for option, value in options.items())


def admin_url() -> str:
    return f"http://{ADMIN}:{password('rabbitmq')}@127.0.0.1:{port('management')}"


def problem() -> str | None:
    """Why the broker cannot be used now; None when it can: its ports are open and no alarm stops publishers."""
    api = Management(admin_url(), timeout=5)
    try:
        for name in ("amqp", "mqtt"):
            api.get(f"health/checks/port-listener/{port(name)}")
        api.get("health/checks/alarms")
    except ProvisionError as error:
        return str(error)
    return None
