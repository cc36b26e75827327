"""What templates may say: the facts of a notice, each with an example. What is not here stands in no template, so
nothing personal can: not who reported it, no telephone number, nothing that is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Facts = Mapping[str, Any]

MOMENTS = ("due_at", "ack_due_at", "until", "assist_due_at", "starts_at", "ends_at", "first_due_at")

AS_THEY_ARE = (*MOMENTS, "number")  # our own, in a form that holds nothing else
FREE = (  # what people have written, as long as they liked: this is what is shortened where there is little room
    "title",
    "place_text",
    "why",
    "note",
    "reason",
    "project",
    "place_zh",
    "place_en",
    "text_zh",
    "text_en",
    "text",
    "lines",
)

_CASE = {"number": "20261123-000001", "title": "路灯不亮", "level": "P3", "category": "0102"}
WORK: Facts = MappingProxyType(  # of dispatch's messages about work; the names of what a notice has
    _CASE
    | {
        "order_id": "0193a0c0-0000-7000-8000-000000000001",
        "round": 1,
        "version": 3,
        "place_text": "东门路口",
        "due_at": "2026-11-24T00:30:00+08:00",
        "ack_due_at": "2026-11-23T09:30:00+08:00",
        "why": "期限将至 / it is due soon",
        "note": "已换灯泡",
        "reason": "等待到货",
        "until": "2026-11-27T09:00:00+08:00",
        "assist_due_at": "2026-11-26T17:30:00+08:00",
        "unit": "enforcement",
        "measure": "remind",
        "nth": 2,
        "points": -1.0,
        "held_on": "2026-11-30",
        "starts_at": "2026-11-26T09:00:00+08:00",
        "ends_at": "2026-11-26T10:00:00+08:00",
        "place_zh": "便民服务中心",
        "place_en": "Public service hall",
        "to_member_id": "m017",
    }
)
PROJECT: Facts = MappingProxyType(
    {
        "project_id": "river-park",
        "project": "滨河公园",
        "task_id": "0193a0c0-0000-7000-8000-000000000002",
        "version": 3,
        "task_kind": "obstacle",
        "title": "违建未拆",
        "owner_id": "m017",
        "supervision": "none",
        "why": "因雨 / rain",
        "note": "年内开工",
        "due_at": "2026-12-31T18:30:00+08:00",
    }
)
ANSWER: Facts = MappingProxyType(  # to a member's own action
    {
        "command_id": "k-1",
        "accepted": False,
        "reason": "任务已转他人 / somebody else has it",
        "action": "resolve",
        "order_state": "in_progress",
        "order_id": "0193a0c0-0000-7000-8000-000000000001",
        "number": "20261123-000001",
        "version": 3,
    }
)
REPORT: Facts = MappingProxyType(  # how a member's own report fares, in the words of whoever decides it
    {
        "external_id": "7",
        "feedback_number": 1,
        "number": "20261123-000001",
        "state": "accepted",
        "text_zh": "已受理",
        "text_en": "Received",
    }
)
REPORTER: Facts = MappingProxyType({"number": "20261123-000001", "until": "2026-12-09T09:30:00+08:00"})
NEWS: Facts = MappingProxyType(  # what those hear who have subscribed to cases
    dict(WORK) | {"kind": "complaint", "into": "20261123-000002", "satisfaction": "satisfied"}
)
GROUP: Facts = MappingProxyType(  # of many that are one message: `lines` say one each
    {
        "count": 3,
        "lines": "新任务:路灯不亮(东门路口)。",
        "place_text": "东门路口",
        "level": "P2",
        "first_due_at": "2026-11-24T00:30:00+08:00",
    }
)
AGAIN: Facts = MappingProxyType({"nth": 2, "title": "新任务", "text": "新任务:路灯不亮(东门路口)。"})

FRAMES: Mapping[str, Facts] = MappingProxyType(
    {"group": GROUP, "digest": GROUP, "again": AGAIN, "more": MappingProxyType({"count": 2}), "details": {}}
)
OWN: Mapping[str, Facts] = MappingProxyType(
    {
        "action_answered": ANSWER,
        "report_received": REPORT,
        "report_rejected": REPORT,
        "case_updated": REPORT,
        "reporter_asked": REPORTER,
        **FRAMES,
    }
)
FAMILIES = (("project_", PROJECT), ("task_", PROJECT), ("news", NEWS))  # kinds that begin so


def facts_of(kind: str) -> Facts:
    """What templates of this kind may say, with examples."""
    if kind in OWN:
        return OWN[kind]
    return next((facts for begin, facts in FAMILIES if kind.startswith(begin)), WORK)
