"""What became of the cases, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from deploy.simulation.script import Planned

STATES = {
    "reported": "已上报 reported",
    "submitted": "待受理 submitted",
    "awaiting_info": "待补充信息 awaiting information",
    "accepted": "已受理 accepted",
    "dispatched": "已派单 dispatched",
    "in_progress": "办理中 in progress",
    "transferred": "已转办 transferred",
    "resolved": "待核查 resolved",
    "follow_up_pending": "待回访 follow-up",
    "closed": "已结案 closed",
    "rejected": "不予受理 rejected by the desk",
    "merged": "已并案 merged",
    "cancelled": "已撤销 cancelled",
    "refused": "退回 refused with reasons",
}
HAPPENED = {
    "dispatch.work_acknowledged.v1": "签收 acknowledged",
    "dispatch.work_returned.v1": "退单 returned",
    "escalated": "升级 escalated",
    "reminded": "催办 reminded",
    "dispatch.work_resolved.v1": "办结 resolved",
    "dispatch.work_sent_back.v1": "核查未通过 check failed",
    "dispatch.work_verified.v1": "核查通过 verified",
    "callback.case_answered.v1": "回访 answered",
    "callback.rework_asked.v1": "重办 second round",
}


def by_source(planned: Iterable[Planned], outcomes: Mapping[str, str]) -> list[list[str]]:
    """A line for each source: reports, closed, rejected, refused, still open. The last line is the sum."""
    lines: dict[str, Counter[str]] = {}
    for report in planned:
        state = outcomes[report.external_id]
        what = state if state in ("closed", "rejected", "refused") else "open"
        for source in (report.source, "合计 all"):
            lines.setdefault(source, Counter()).update([what])
    ordered = sorted(lines, key=lambda source: (source == "合计 all", source))
    columns = ("closed", "rejected", "refused", "open")
    return [[name, str(lines[name].total()), *(str(lines[name][column]) for column in columns)] for name in ordered]


def happened(timelines: Iterable[list[dict[str, Any]]]) -> list[list[str]]:
    """How often what happened, and in how many cases."""
    times: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for timeline in timelines:
        names = [_name(message) for message in timeline]
        times.update(names)
        cases.update(set(names))
    return [[text, str(times[name]), str(cases[name])] for name, text in HAPPENED.items()]


def _name(message: Mapping[str, Any]) -> str:
    if message["type"] != "dispatch.work_escalated.v1":
        return message["type"]
    return "escalated" if message["data"].get("measure") == "escalate" else "reminded"
