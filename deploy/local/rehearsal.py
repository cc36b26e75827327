"""`make up`: the sample town with a first stretch of its cases, and what became of them."""

from __future__ import annotations

import subprocess
import sys

from deploy.local import edge, lifecycle, postgres, rabbitmq, stack, towns
from deploy.local.checkout import LOCAL, ROOT, LocalError, port
from deploy.local.console import console, table

FOLDER = ROOT / "deploy" / "towns" / towns.SAMPLE


def up(replicas: int) -> None:
    """Everything that runs in this checkout; the first time the sample town's cases flow under practice rules."""
    lifecycle.have_town(towns.SAMPLE, FOLDER, replicas, rules="practice")
    for town in towns.names():  # those that a replay has made
        if town != towns.SAMPLE:
            towns.start(town, towns.state_of(town).get("replicas", 1))
    if "rehearsed" not in towns.state_of(towns.SAMPLE):
        _first_stretch()
        lifecycle.bring_into_force(towns.SAMPLE, "normal")
        towns.note(towns.SAMPLE, rehearsed=True)
    _addresses()


def _first_stretch() -> None:
    """Simulated platforms, members and reporters; it prints what became of the cases."""
    done = subprocess.call([sys.executable, "-m", "deploy.simulation", "--town", towns.SAMPLE], cwd=ROOT)
    if done:
        raise LocalError(
            f"the first stretch of cases ended with {done}: make doctor, make logs; make up tries it again"
        )


def _addresses() -> None:
    rows = [
        ["edge 统一入口", edge.address(towns.SAMPLE)],
        ["token 令牌", "make token ROLE=desk NAME=desk1"],
        ["a source 上报平台", "make credentials SOURCE=neighbour"],
        ["a member 网格员", "make credentials MEMBER=m001"],
        ["secrets 密钥目录", str(LOCAL / "secrets" / towns.SAMPLE)],
    ]
    if stack.is_private():
        rows += [
            ["a phone, MQTT 手机", f"127.0.0.1:{port('mqtt')} (make credentials MEMBER=m001 MQTT=1)"],
            [
                "broker's pages 消息中间件",
                f"http://127.0.0.1:{port('management')} ({rabbitmq.ADMIN}; .local/passwords.json)",
            ],
            ["broker's metrics 指标", f"http://127.0.0.1:{port('broker_metrics')}/metrics"],
            ["database 数据库", f"127.0.0.1:{port('postgres')} ({postgres.ADMIN}; .local/passwords.json)"],
        ]
    table("Addresses 地址", ["what", "where"], rows)
    console.print("make status · make doctor · make logs · make down · make help")
