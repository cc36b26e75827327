"""Publish a city's own table of requests into a town of its own, and account for every row.

The areas become the town's grids, each with invented members; cases are accepted by themselves. A second run with the
same table adds no case. 把城市历史工单表作为上游平台重新发布到单独的乡镇环境,并逐项核对。
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Drawn
from wangge_client import Upstream, WanggeError

from deploy.local import edge, towns
from deploy.local.checkout import LocalError
from deploy.provision.names import ProvisionError, check_town
from deploy.provision.token import sign
from deploy.replay.reconciliation import Account, reasons_table
from deploy.replay.run import Intake, Replay
from deploy.replay.town import have_town
from deploy.towns.from_geojson import SOURCE
from services.intake.adapters.table import load

console = Console()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.replay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True, help="the table, CSV with a heading line")
    parser.add_argument(
        "--mapping", type=Path, required=True, help="what its columns mean (services/intake/adapters/table.py)"
    )
    parser.add_argument("--grids", type=Path, required=True, help="GeoJSON of areas, WGS84; they may overlap")
    parser.add_argument("--town", required=True, help="name of the town to make, or to go on with")
    parser.add_argument("--rate", type=float, help="rows a second; by default as fast as possible")
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    try:
        if arguments.town == towns.SAMPLE:
            raise LocalError(f"{towns.SAMPLE} is the sample town: give the replay a town of its own")
        if arguments.rate is not None and arguments.rate <= 0:
            raise LocalError("the rate must be more than 0 rows a second")
        return replay(arguments)
    except (LocalError, ProvisionError, WanggeError, OSError, ValueError) as error:
        console.print(f"error 出错: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def replay(arguments: argparse.Namespace) -> int:
    """The whole replay; 0 when the account adds up."""
    table = load(arguments.mapping)
    next(table.rows(arguments.file), None)  # a table that cannot be read is said before a town is made
    town = check_town(arguments.town)
    secrets = have_town(town, arguments.grids, table)
    source = str(SOURCE["name"])
    intake = Intake(edge.address(town), sign(secrets, town, "desk", "replay", minutes=24 * 60), source)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory() as kept,
        Upstream(secrets.read("sources", source, "amqp_uri"), source, Path(kept) / "spool") as upstream,
        Progress(*columns, console=console) as progress,
    ):
        upstream.ready(timeout=30)
        running = Replay(upstream, intake, progress, arguments.rate)
        account = running.run(table, arguments.file)
    return _print(account, reasons_table(running.reasons))


def _print(account: Account, reasons: list[list[str]]) -> int:
    drawn = Drawn("", "", "count 数量", title="Reconciliation 核对", title_justify="left")
    drawn.columns[2].justify = "right"
    for line in account.lines():
        indent, style = "  " * line.depth, None if line.depth else "bold"
        drawn.add_row(indent + line.en, indent + line.zh, f"{line.count:,}", style=style)
    console.print(drawn)
    if reasons:
        why = Drawn("count", "field", "problem", "repair", title="Rejected because 退回原因", title_justify="left")
        for row in reasons:
            why.add_row(*row)
        console.print(why)
    differences = account.differences()
    for difference in differences:
        console.print(f"does not add up 不平: {difference}", style="red", markup=False)
    if not differences:
        console.print("it adds up 核对一致", style="green")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
