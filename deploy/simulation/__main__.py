"""Let a first stretch of cases flow in a town: simulated platforms, members, desk and reporters.

Platforms publish the town's sample reports, members acknowledge and resolve, checkers verify, the desk decides and asks
the reporters. Not everything goes well: one order is ignored until it escalates, some are returned, some checks fail,
one reporter is not satisfied. 让一段案件在乡镇中流转:上报、派单、签收、办结、核查、回访、结案。
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from wangge_client import WanggeError

from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets
from deploy.provision.token import sign
from deploy.simulation import outcome
from deploy.simulation.api import Api
from deploy.simulation.play import ENDED, Play
from deploy.simulation.script import Planned, ScriptError, plan

TOWNS = Path(__file__).parents[1] / "towns"
console = Console()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--town", required=True)
    parser.add_argument("--secrets", type=Path, help="the town's secrets folder; by default that of this checkout")
    parser.add_argument("--base-url", help="the town's edge; by default that of this checkout")
    parser.add_argument("--folder", type=Path, help="town folder with reports.yaml; by default deploy/towns/<town>")
    parser.add_argument("--cases", type=int, default=40, help="how many cases (40)")
    parser.add_argument("--seconds", type=float, default=240, help="at most so long (240)")
    parser.add_argument("--seed", type=int, default=2017, help="the same seed, the same play (2017)")
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    try:
        with ExitStack() as ending:
            return simulate(arguments, _where(arguments, ending))
    except (ScriptError, ProvisionError, WanggeError, requests.RequestException, OSError) as error:
        console.print(f"error 出错: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _where(arguments: argparse.Namespace, ending: ExitStack) -> Path:
    """Fill in secrets and address; gives the folder for the clients' files.

    In a checkout that folder stays, so that a run that was broken off is gone on with; it goes with `make reset`.
    """
    if arguments.secrets and arguments.base_url:
        return Path(ending.enter_context(tempfile.TemporaryDirectory()))
    from deploy.local import edge, towns
    from deploy.local.checkout import LOCAL

    arguments.secrets = arguments.secrets or towns.secrets_of(arguments.town).folder
    arguments.base_url = arguments.base_url or edge.address(arguments.town)
    return LOCAL / "simulation" / arguments.town


def simulate(arguments: argparse.Namespace, state: Path) -> int:
    """The play and its tables; 0 when cases were closed."""
    secrets = Secrets(arguments.secrets)
    planned = plan(arguments.folder or TOWNS / arguments.town, arguments.cases, arguments.seed, f"{int(time.time()):x}")
    api = Api(arguments.base_url, sign(secrets, arguments.town, "desk", "simulation", arguments.seconds / 60 + 10))
    play = Play(api, secrets, state, planned, arguments.seed)
    under_way = TextColumn("{task.description}")
    columns = (TextColumn("ended 已办结"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), under_way)
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=len(planned))

        def show(standing: Counter[str]) -> None:
            done = sum(standing[end] for end in ENDED)
            texts = [f"{text} {standing[state]}" for state, text in outcome.STATES.items() if standing[state]]
            progress.update(bar, completed=done, description="  ".join(texts))

        outcomes, numbers = play.run(arguments.seconds, show)
    return _print(api, planned, outcomes, numbers)


def _print(api: Api, planned: list[Planned], outcomes: dict[str, str], numbers: list[str]) -> int:
    _table(
        "What became of the reports 上报结果",
        ["source 来源", "reports 上报", "closed 结案", "rejected 不予受理", "refused 退回", "open 未结"],
        outcome.by_source(planned, outcomes),
    )
    timelines = [api.timeline(number) for number in numbers]
    _table("What happened on the way 流转情况", ["", "times 次数", "cases 案件"], outcome.happened(timelines))
    open_cases = sum(state not in ENDED for state in outcomes.values())
    if open_cases:
        console.print(f"{open_cases} are still open and go on 件仍在办理中", style="yellow")
    return 0 if "closed" in outcomes.values() else 1


def _table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    shown = Table(*columns, title=title, title_justify="left", title_style="bold")
    for column in shown.columns[1:]:
        column.justify = "right"
    for row in rows:
        shown.add_row(*row)
    console.print(shown)


if __name__ == "__main__":
    sys.exit(main())
