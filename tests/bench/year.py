"""A prefecture-level city's year in one go: so many reports at a steady rate, and what the line looks like meanwhile.

python -m tests.bench.year --reports 3300000 --rate 400
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from deploy.local import stack
from deploy.local.checkout import LOCAL, ROOT
from deploy.provision.names import database_of, vhost_of
from deploy.provision.servers import Management, part
from tests.bench.machine import memory
from tests.bench.peers.venv import ensure_venv
from tests.bench.systems import Line
from tests.bench.table import Figures, console
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

EVERY = 10.0  # seconds between two samples
GRIDS, MEMBERS = 105, 5  # 420 workers and their leaders
# what PostgreSQL counts by itself: counting 3 million rows every few seconds would be a load of its own
ORDERS = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'orders'"
FIRST_TOLD = "SELECT count(DISTINCT body ->> 'order_id') FROM notices WHERE kind = 'work_assigned'"
MEBI = 2**20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="reports a second: less than the highest rate")
    wanted = parser.parse_args()
    stack.ensure(print)
    folder = LOCAL / "bench" / f"year-{time.strftime('%Y%m%d-%H%M%S')}"
    folder.mkdir(parents=True)
    workshop = Workshop(Figures(folder / "figures.json"), "year-town")
    with workshop.town(GRIDS, MEMBERS) as town:
        line = Line(town)
        line.start()
        samples = list(_watch(line, town, workshop, wanted.reports, wanted.rate, folder))
        console.print(_verdict(town, json.loads((folder / "sent.json").read_text())["sent"], samples))
    subprocess.run([ensure_venv(print), "-m", "tests.bench.plot", folder], cwd=ROOT, check=True)
    console.print(f"samples and plot: {folder}")
    return 0


def _watch(line: Line, town: TemporaryTown, workshop: Workshop, reports: int, rate: float, folder: Path) -> Any:
    """A sample every few seconds until everything is done; each is kept at once."""
    command = [*line.publisher_command(), "--rate", str(rate), "--seconds", str(reports / rate), "--grids", str(GRIDS)]
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"}
    publisher = subprocess.Popen(command, cwd=ROOT, env=os.environ | path, stdout=(folder / "sent.json").open("w"))
    began, last = time.monotonic(), (0.0, 0)
    with (folder / "samples.jsonl").open("w", buffering=1) as file:
        while True:
            time.sleep(EVERY)
            now, done = time.monotonic() - began, int(town.rows("dispatch", ORDERS)[0][0])
            sample = {"at": now, "done": done, "rate": (done - last[1]) / (now - last[0])} | _state(
                line, town, workshop
            )
            file.write(json.dumps(sample) + "\n")
            if publisher.poll() is not None and done == last[1]:
                break  # nothing moves any more: the verdict tells whether anything is missing
            last = now, done
            line.read()
            console.print(
                f"\r{now:6.0f} s  {done:9,} done  {sample['rate']:5.0f}/s  queues {sample['queues']:6}  "
                f"services {sample['services, MiB']:4.0f} MiB  disk {sample['database, MiB'] / 1024:5.1f} GiB",
                end="",
                highlight=False,
            )
            yield sample
    console.print()


def _state(line: Line, town: TemporaryTown, workshop: Workshop) -> dict[str, float]:
    api, vhost = Management(workshop.servers.amqp_admin_url, timeout=20), part(vhost_of(town.name))
    queues = api.get(f"queues/{vhost}?columns=name,messages") or []
    servers = workshop.servers_pids()
    size = f"SELECT pg_database_size('{database_of(town.name)}')"
    return {
        "queues": sum(q.get("messages", 0) for q in queues if not q["name"].startswith(("members.", "feedback."))),
        "services, MiB": sum(memory(pid) for pid in line.pids()),
        "broker, MiB": sum(memory(pid) for pid in servers["RabbitMQ"]),
        "database, MiB": town.rows("notify", size)[0][0] / MEBI,
    }


def _verdict(town: TemporaryTown, sent: int, samples: list[dict[str, float]]) -> str:
    """Whether everything came through, and whether the last tenth was as quick as the first."""
    counted = {
        "cases": town.rows("intake", "SELECT count(*) FROM cases")[0][0],
        "orders": town.rows("dispatch", "SELECT count(*) FROM orders")[0][0],
        "members told": town.rows("notify", FIRST_TOLD)[0][0],
    }
    tenth = max(1, len(samples) // 10)
    first, last = ([s["rate"] for s in part] for part in (samples[1 : tenth + 1], samples[-tenth - 1 : -1]))
    rates = f"first tenth {sum(first) / len(first):.0f}/s, last tenth {sum(last) / len(last):.0f}/s"
    return f"{sent:,} reports confirmed; {', '.join(f'{n:,} {name}' for name, n in counted.items())}; {rates}"


if __name__ == "__main__":
    sys.exit(main())
