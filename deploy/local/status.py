"""`make status`: every process with its ports and its health."""

from __future__ import annotations

import urllib.request

from deploy.local import checkout, edge, postgres, rabbitmq, stack, supervision, towns
from deploy.local.console import console, table


def status() -> int:
    """A table of every process; 0 when all are well."""
    rows, well = [], True
    for info in supervision.processes():
        ports, problems = _health(info["group"], info["name"])
        problems = problems if info["statename"] == "RUNNING" else [info["description"]]
        well = well and not problems
        health = "[green]ready 就绪[/green]" if not problems else "[red]" + "; ".join(problems)[:160] + "[/red]"
        rows.append([info["group"], info["name"], info["statename"].lower(), str(info["pid"] or ""), ports, health])
    if not rows:
        console.print("nothing runs here 未运行 (make up)")
        return 1
    table("Processes 进程", ["group", "process", "state", "pid", "ports", "health 状况"], rows)
    return 0 if well else 1


def _health(group: str, name: str) -> tuple[str, list[str]]:
    """Ports and problems of one process."""
    own = {
        "postgres": (("postgres",), postgres.problem),
        "rabbitmq": (("amqp", "mqtt", "management", "broker_metrics"), rabbitmq.problem),
        "epmd": (("epmd",), lambda: None),
    }
    if group == stack.GROUP:
        ports, problem = own[name]
        found = problem()
        return " ".join(str(checkout.port(p)) for p in ports), [found] if found else []
    town = group.removeprefix("town-")
    if name == "edge":
        return str(checkout.port(f"{town}.edge")), edge_problems(town)
    service, _, number = name.rpartition("-")
    replica = towns.Replica(town, service, int(number))
    ports_of = [address.rpartition(":")[2] for address in (replica.http, replica.ops)]
    return " ".join(ports_of), towns.problems(replica)


def edge_problems(town: str) -> list[str]:
    """Why the town's edge cannot be used; empty when it can."""
    try:
        urllib.request.urlopen(edge.address(town), timeout=5).close()
    except OSError as error:
        return [f"the edge does not answer: {error}"]
    return []
