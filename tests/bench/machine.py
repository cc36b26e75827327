"""What processes take of the machine, from /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Use:
    """CPU as a share of one core over a stretch of time; resident memory at its end, in MiB."""

    cpu: float
    memory: float


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, its children that have ended included; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def memory(pid: int) -> float:
    """Resident MiB."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    except OSError:
        return 0.0


def family(pid: int) -> list[int]:
    """A process, those that it has started, and those that they have."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [pid, *(found for child in children for found in family(child))]


def watch(pids: dict[str, int], seconds: float) -> dict[str, Use]:
    """What each of these processes takes within so many seconds."""
    before, began = {name: cpu_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    return {name: Use((cpu_seconds(pid) - before[name]) / took, memory(pid)) for name, pid in pids.items()}


def noise(seconds: float = 1.0) -> float:
    """How unevenly this machine works now: the spread of equal pieces of work, slowest over quickest, less one."""
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        sum(range(200_000))
        times.append(time.perf_counter() - began)
    times.sort()
    return times[int(len(times) * 0.95)] / times[0] - 1
