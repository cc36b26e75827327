"""`make doctor`: what is wrong, from the bottom up, and how to repair it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg2

from deploy.local import checkout, postgres, rabbitmq, stack, supervision, towns
from deploy.local.console import console
from deploy.local.status import edge_problems
from deploy.provision import folder
from deploy.provision.hearing import kept
from deploy.provision.names import SERVICES, ProvisionError, vhost_of
from deploy.provision.servers import Management, part
from shared.db.migrate import folders_of, migrations_of
from shared.messaging import topology

Found = Iterator[tuple[str, str]]  # what is wrong, how to repair it
ENOUGH_DISK, ENOUGH_FILES = 2 * 1024**3, 4096


def doctor() -> int:
    """Check everything, from the bottom up; 0 when nothing is wrong."""
    checks: list[tuple[str, Callable[[], Found]]] = [
        ("disk, file limit 磁盘与文件数", machine),
        ("programs, ports 程序与端口", programs),
        ("processes 进程", processes),
        ("broker and database 消息中间件与数据库", servers),
    ]
    for town in towns.names():
        checks.append((f"{town}: queues and bindings 队列与绑定", partial(queues, town)))
        checks.append((f"{town}: migrations 数据库迁移", partial(migrations, town)))
        checks.append((f"{town}: services and edge 服务", partial(services, town)))
    wrong = 0
    for name, check in checks:
        problems = list(guarded(check))
        wrong += len(problems)
        console.print(f"[green]✓[/green] {name}" if not problems else f"[red]✗[/red] {name}")
        for what, repair in problems:
            console.print(f"    {what}\n    → {repair}", markup=False)
    console.print("all is well 一切正常" if not wrong else f"{wrong} problems 个问题")
    return 1 if wrong else 0


def guarded(check: Callable[[], Found]) -> Found:
    """A check that cannot be made is a finding, too."""
    try:
        yield from check()
    except (ProvisionError, checkout.LocalError, OSError, psycopg2.Error) as error:
        yield str(error).strip(), "repair what is named above first, then run make doctor again"


def machine() -> Found:
    """Disk and file limit."""
    free = shutil.disk_usage(checkout.LOCAL if checkout.LOCAL.exists() else checkout.ROOT).free
    if free < ENOUGH_DISK:
        yield (
            f"only {free / 1024**3:.1f} GiB are free on the disk",
            "make room: below 0.5 GiB the broker stops publishers",
        )
    if supervision.file_limit() < ENOUGH_FILES:
        yield (
            f"a process may open {supervision.file_limit()} files; the broker needs one per connection",
            "raise the hard limit (nofile in /etc/security/limits.conf) and sign in again",
        )


def programs() -> Found:
    """What must be installed, and the ports that were remembered."""
    if stack.is_private():
        postgres.binaries()
        rabbitmq.programs()
    if not supervision.running():
        taken = [f"{n} ({name})" for name, n in checkout.remembered("ports").items() if not checkout.is_free(n)]
        if taken:
            yield f"ports are taken by other programs: {', '.join(taken)}", "make up chooses other ports"


def processes() -> Found:
    """Everything that should run."""
    if not supervision.running():
        yield "nothing runs here", "make up"
        return
    for info in supervision.processes():
        if info["statename"] != "RUNNING":
            log = supervision.log_of(info["group"], info["name"])
            yield (
                f"{info['group']}:{info['name']} is {info['statename']}: {info['description']}",
                f"read {log}; make up",
            )


def servers() -> Found:
    """Whether broker and database answer, and the broker takes messages."""
    where = stack.servers()
    psycopg2.connect(where.database_url, connect_timeout=5).close()
    api = Management(where.amqp_admin_url, timeout=10)
    for node in api.get("nodes"):
        if node["mem_alarm"] or node["disk_free_alarm"]:
            kind = "memory" if node["mem_alarm"] else "disk"
            yield (
                f"{node['name']} has a {kind} alarm and takes no messages",
                f"make room: {kind} is short on its machine",
            )


def queues(town: str) -> Found:
    """Queues and bindings that the contracts ask for and the broker has not."""
    api, vhost = Management(stack.servers().amqp_admin_url, timeout=30), part(vhost_of(town))
    there = {queue["name"] for queue in api.get(f"queues/{vhost}?columns=name&disable_stats=true") or []}
    bound = {(b["source"], b["destination"], b["routing_key"]) for b in api.get(f"bindings/{vhost}") or []}
    sources = folder.sources_in(Path(towns.state_of(town)["folder"])) if "folder" in towns.state_of(town) else []
    for destination, source, key in topology.BETWEEN:
        if (source, destination, key) not in bound:
            yield f"the exchange {destination} is not bound to {source} with {key}", "make up binds it"
    wanted = [*topology.queues_of_services(), *(q for source in sources for q in topology.queues_of_source(source))]
    wanted += [q for name in kept(towns.secrets_of(town)) for q in topology.queues_of_subscriber(name)]
    for queue in wanted:
        if queue.name not in there:
            yield f"the queue {queue.name} is missing", "make up declares it"
        for exchange, key in queue.bindings:
            if queue.name in there and (exchange, queue.name, key) not in bound:
                yield f"the queue {queue.name} is not bound to {exchange} with {key}", "make up binds it"


def migrations(town: str) -> Found:
    """Migrations that are in the code and not in the database."""
    conn = psycopg2.connect(towns.secrets_of(town).read("admin", "owner_database_url"), connect_timeout=5)
    try:
        with conn, conn.cursor() as cursor:
            for service in SERVICES:
                cursor.execute(f"SELECT name FROM {service}.migrations")
                known = {name for (name,) in cursor.fetchall()}
                for name, _ in migrations_of(folders_of(service)):
                    if name not in known:
                        yield f"{service}: the migration {name} is not applied", "make up applies it"
    finally:
        conn.close()


def services(town: str) -> Found:
    """What each service says of itself."""
    for replica in towns.replicas_of(town):
        for problem in towns.problems(replica):
            yield f"{replica.name}: {problem}", f"make logs SERVICE={replica.service}"
    for problem in edge_problems(town):
        yield problem, "make logs SERVICE=edge"
