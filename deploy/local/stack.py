"""Broker and database: the ones that the environment names, or this checkout's own."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local import checkout, postgres, rabbitmq, supervision
from deploy.provision.servers import Servers, from_environment

GROUP = "stack"

Say = Callable[[str], None]


def is_private() -> bool:
    """Whether broker and database are this checkout's own."""
    return from_environment() is None


def servers() -> Servers:
    """Where broker and database are, with an administrator's login."""
    own = Servers(rabbitmq.admin_url(), rabbitmq.uri(), postgres.url())
    return from_environment() or own


def ensure(say: Say = lambda text: None) -> bool:
    """Have the daemon and, unless the environment names others, broker and database run; says if it started any."""
    checkout.prepare()
    fresh = not supervision.running()
    if fresh:
        _keep_ports_free(say)
    supervision.start()
    return (is_private() and _ensure_servers(say)) or fresh


def _ensure_servers(say: Say) -> bool:
    if postgres.initialise():
        say("made a new PostgreSQL cluster 新建数据库")
    rabbitmq.initialise()
    supervision.write_group(GROUP, [postgres.program(), *rabbitmq.programs()])
    supervision.apply(GROUP)
    states = {p["name"]: p["statename"] for p in supervision.processes() if p["group"] == GROUP}
    stopped = [name for name, state in states.items() if state not in ("RUNNING", "STARTING", "BACKOFF")]
    if stopped:
        say("starting PostgreSQL and RabbitMQ 启动数据库与消息中间件")
    for name in ("epmd", "postgres", "rabbitmq"):
        if name in stopped:
            supervision.start_process(GROUP, name)
    wait_ready()
    return bool(stopped)


def wait_ready(seconds: float = 120) -> None:
    """Until both answer. Raises LocalError with the end of the log of the one that does not."""
    log = supervision.log_of
    supervision.wait_for(lambda: postgres.problem() is None, seconds, "PostgreSQL", log(GROUP, "postgres"))
    supervision.wait_for(lambda: rabbitmq.problem() is None, seconds, "RabbitMQ", log(GROUP, "rabbitmq"))


def _keep_ports_free(say: Say) -> None:
    """Before the start: whoever has taken a remembered port meanwhile keeps it, we choose another."""
    supervision.end_strays()
    for name, number in checkout.remembered("ports").items():
        if not checkout.is_free(number):
            checkout.forget_port(name)
            say(f"port {number} ({name}) is taken by another program; choosing another 端口被占用，另选")
