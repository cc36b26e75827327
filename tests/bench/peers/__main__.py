"""One trial of one peer: `python -m tests.bench.peers NAME --rate R --seconds S`."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

from deploy.local import stack
from deploy.local.checkout import LOCAL, ROOT
from deploy.towns.small import write_small_town
from tests.bench.peers import PEERS, Peer
from tests.support.town import TemporaryTown

LAG = """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM n.created_at - r.received_at))
FROM notify.notices n JOIN board.journal j ON j.event_id = n.event_id JOIN intake.reports r ON r.case_id = j.case_id"""
ROWS = {  # for each report; dispatch.in_hand and notify.counters are counted up
    "intake.reports": 1, "intake.cases": 1, "intake.case_history": 3, "intake.correspondence": 1, "intake.feedback": 2,
    "intake.outbox": 3, "intake.inbox": 1, "dispatch.inbox": 1, "dispatch.cases": 1, "dispatch.orders": 1,
    "dispatch.assignments": 1, "dispatch.order_journal": 1, "dispatch.outbox": 1, "callback.cases": 1,
    "notify.inbox": 5, "notify.cases": 1, "notify.notices": 1, "notify.feedback": 2, "notify.deliveries": 3,
    "notify.outbox": 3, "board.journal": 4, "board.cases": 1,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--rate", default="100", help="one, or several with commas: one trial after the other")
    parser.add_argument("--seconds", type=float, default=5)
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the town and the workers go, whoever ends it
    stack.ensure(print)
    folder = LOCAL / "bench" / wanted.peer
    shutil.rmtree(folder, ignore_errors=True)
    write_small_town(folder / "town")
    with TemporaryTown(stack.servers(), folder / "town") as town:
        peer, before = Peer(wanted.peer, town, folder / "peer.log"), _counts(town)
        peer.start()
        try:
            sent = sum(_trial(peer, float(rate), wanted.seconds) for rate in wanted.rate.split(","))
            wrong = {t: n - before[t] for t, n in _counts(town).items() if n - before[t] != ROWS[t] * sent}
            queued = sum(count for name, count in town.queues().items() if name.startswith("members."))
            lag = _one(town, LAG)
            print(f"rows that are missing or too many: {wrong or 'none'}; in members' queues {queued} of {sent}")
            print(f"p50 lag {lag:.3f} s; log {folder / 'peer.log'}, {len(peer.pids())} processes")
        finally:
            peer.stop()


def _trial(peer: Peer, rate: float, seconds: float) -> int:
    before = peer.done()
    command = [*peer.publisher_command(), "--rate", str(rate), "--seconds", str(seconds)]
    told: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    done, began = peer.done() - before, time.monotonic()
    while peer.done() - before < told["sent"] and time.monotonic() < began + 60:
        time.sleep(0.1)
    after = time.monotonic() - began
    sent, took = int(told["sent"]), float(told["seconds"])
    print(f"{peer.name}: {rate:.0f}/s wanted, sent {sent} in {took:.1f} s, done {done / took:.0f}/s, ", end="")
    print(f"backlog {sent - done}, gone after {after:.1f} s: {sent / (took + after):.0f}/s in all")
    return sent


def _counts(town: TemporaryTown) -> dict[str, int]:
    return {table: int(_one(town, f"SELECT count(*) FROM {table}")) for table in ROWS}


def _one(town: TemporaryTown, statement: str) -> Any:
    with town.database("notify", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
