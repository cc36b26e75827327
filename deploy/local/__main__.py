"""The commands behind `make`: the native stack of this checkout. 本地运行环境的命令."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from deploy.local import doctor, edge, lifecycle, rabbitmq, rehearsal, stack, status, suite, towns
from deploy.local.checkout import LOCAL, ROOT, LocalError, alone
from deploy.local.console import console, table
from deploy.provision import commandline
from deploy.provision import folder as town_folder
from deploy.provision import sources as town_sources
from deploy.provision import subscribers as town_subscribers
from deploy.provision.names import SERVICES, ProvisionError
from deploy.provision.token import ROLES, sign
from shared.db.migrate import MigrationError

RESAID_BY = {"categories": "intake", "sources": "intake", "grids": "dispatch", "members": "dispatch"}


def main() -> int:
    arguments = _parser().parse_args()
    try:
        with alone() if arguments.alone else nullcontext():
            return arguments.run(arguments) or 0
    except (LocalError, ProvisionError, MigrationError) as error:
        console.print(f"error 出错: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run, alone=name in ("up", "down", "reset", "drop"))
        return added

    up = command("up", lambda a: rehearsal.up(a.replicas), "start the stack and the sample town; the data stays 启动")
    up.add_argument("--replicas", type=int, default=int(os.environ.get("REPLICAS") or 1), help="of each service (1)")
    command("down", lambda a: lifecycle.down(), "stop everything; the data stays 停止")
    reset = command("reset", _reset, "stop everything and delete all data 清除全部数据")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    drop = command("drop", lambda a: lifecycle.drop(a.town), "stop one town and delete its data 删除一个乡镇")
    drop.add_argument("town")
    logs = command("logs", _logs, "follow the logs 查看日志")
    logs.add_argument("--service", default="", help="only those of a process whose name contains this")
    command("status", lambda a: status.status(), "processes, ports, health 运行状况")
    command("doctor", lambda a: doctor.doctor(), "find what is wrong and how to repair it 诊断")
    command("check", lambda a: suite.check(), "style, types, imports 代码检查")
    test = command("test", lambda a: suite.test(a.arguments), "the whole suite 全部测试")
    test.add_argument("arguments", nargs="*", help="for pytest, after --")
    token = _with_town(command("token", _token, "sign a short token for the HTTP side 签发令牌"))
    token.add_argument("--role", required=True, choices=ROLES)
    token.add_argument("--name", required=True)
    token.add_argument("--minutes", type=float, default=60)
    _with_town(command("url", _url, "print the address of a town's HTTP side 统一入口地址"))
    login = _with_town(command("credentials", _credentials, "print the AMQP address of a client 客户端连接地址"))
    who = login.add_mutually_exclusive_group(required=True)
    who.add_argument("--member")
    who.add_argument("--source")
    who.add_argument("--subscriber")
    login.add_argument("--mqtt", action="store_true", help="for mosquitto_sub and other MQTT clients, in this checkout")
    town_sources.add_commands(_with_town(command("sources", _one_by_one, "where reports come from 上游来源")))
    heard = _with_town(command("subscribers", _one_by_one, "outside systems that hear what happens 订阅系统"))
    town_subscribers.add_commands(heard)
    rules = _with_town(command("rules", _rules, "bring a rule set into force 启用规则"))
    rules.add_argument("set", help="normal, practice …")
    resay = _with_town(command("resay", _resay, "say reference data again 重新发布基础数据"))
    resay.add_argument("what", choices=sorted(RESAID_BY))
    republish = _with_town(command("republish", _republish, "say again what was said since a time 重新发布"))
    republish.add_argument("since", help="RFC 3339, for example 2026-11-23T09:00:00+08:00")
    reconcile = _with_town(command("reconcile", _reconcile, "what a source believes against what it was told 核对来源"))
    reconcile.add_argument("source")
    reconcile.add_argument(
        "--believed", type=Path, help="CSV with external_id and feedback_number or state; else its acks"
    )
    reconcile.add_argument("--resend", action="store_true", help="tell it again what it has missed 重新发送")
    admin = _with_town(command("admin", _admin, "any command of a service's administrators 各服务的管理命令"))
    admin.add_argument("service", choices=SERVICES)
    admin.add_argument("arguments", nargs=argparse.REMAINDER, help="of the command; --help lists them")
    dead = _with_town(command("dead", _dead, "what is parked, with reasons 搁置的消息"))
    dead.add_argument("action", nargs="?", default="list", choices=["list", "show", "replay", "discard"])
    dead.add_argument("id", nargs="?", help="as listed")
    dead.add_argument("--service", choices=SERVICES, help="needed for all but the list")
    return parser


def _with_town(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--town", default=os.environ.get("TOWN") or towns.SAMPLE, help=f"({towns.SAMPLE})")
    return parser


def _reset(a: argparse.Namespace) -> None:
    if not a.yes and input(f"delete all data of {ROOT}? 删除全部数据? [yes/no] ").strip() != "yes":
        raise LocalError("nothing was deleted 未删除")
    lifecycle.reset()


def _logs(a: argparse.Namespace) -> int:
    files = [str(path) for path in sorted((LOCAL / "log").glob("*.log")) if a.service in path.name]
    if not files:
        raise LocalError(f"no log matches {a.service!r}: see {LOCAL / 'log'}")
    return subprocess.call(["tail", "-n", "20", "-F", *files])


def _token(a: argparse.Namespace) -> None:
    print(sign(towns.secrets_of(a.town), a.town, a.role, a.name, a.minutes))


def _url(a: argparse.Namespace) -> None:
    print(edge.address(a.town))


def _credentials(a: argparse.Namespace) -> None:
    if a.mqtt and a.source:
        raise LocalError("a source has nothing to hear by MQTT: its feedback is in its queue, by AMQP or HTTP")
    kinds = {"members": a.member, "sources": a.source, "subscribers": a.subscriber}
    place = next((kind, name) for kind, name in kinds.items() if name)
    address = towns.secrets_of(a.town).read(*place, "amqp_uri")
    print(rabbitmq.mqtt_options(address) if a.mqtt else address)


def _one_by_one(a: argparse.Namespace) -> None:
    """A command about sources or subscribers."""
    print(commandline.perform(commandline.Town(stack.servers(), a.town, towns.secrets_of(a.town)), a))


def _rules(a: argparse.Namespace) -> None:
    lifecycle.bring_into_force(a.town, a.set)
    console.print(f"{a.town}: {a.set}")


def _resay(a: argparse.Namespace) -> None:
    print(town_folder.run_admin(towns.secrets_of(a.town), a.town, RESAID_BY[a.what], "resay", a.what), end="")


def _republish(a: argparse.Namespace) -> None:
    for service in SERVICES:
        told = town_folder.run_admin(towns.secrets_of(a.town), a.town, service, "republish", "--since", a.since)
        print(f"{service}: {told}", end="")


def _reconcile(a: argparse.Namespace) -> None:
    given = ["--believed", str(a.believed.resolve())] if a.believed else []
    command = ("reconcile", a.source, *given, *(["--resend"] if a.resend else []))
    told = town_folder.run_admin(towns.secrets_of(a.town), a.town, "intake", *command)
    counts, *rows = [json.loads(line) for line in told.splitlines()]
    table(a.source, list(counts), [[str(value) for value in counts.values()]])
    if rows:
        table("differences 差异", list(rows[0]), [[str(value) for value in row.values()] for row in rows])


def _admin(a: argparse.Namespace) -> int:
    command = [sys.executable, "-m", f"services.{a.service}.admin", *(a.arguments or ["--help"])]
    environment = town_folder.admin_environment(towns.secrets_of(a.town), a.town, a.service)
    return subprocess.call(command, env=environment)


def _dead(a: argparse.Namespace) -> None:
    secrets = towns.secrets_of(a.town)
    if a.action != "list":
        if not a.service:
            raise LocalError(f"`dead {a.action}` needs a service: SERVICE={'|'.join(SERVICES)}")
        print(town_folder.run_admin(secrets, a.town, a.service, "dead", a.action, *([a.id] if a.id else [])), end="")
        return
    for service in [a.service] if a.service else SERVICES:
        told = town_folder.run_admin(secrets, a.town, service, "dead", "list").splitlines()
        rows = [json.loads(line) for line in told]
        if rows:
            table(service, list(rows[0]), [[str(value) for value in row.values()] for row in rows])
        else:
            console.print(f"{service}: nothing is parked 无")


if __name__ == "__main__":
    sys.exit(main())
