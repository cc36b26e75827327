"""Texts for people: Chinese and English in one line; and what is called otherwise in Chinese than in code."""

from __future__ import annotations

from typing import NamedTuple

STATES = {
    "pooled": "待认领",
    "dispatched": "待签收",
    "in_progress": "办理中",
    "suspended": "已挂起",
    "resolved": "待核查",
    "verified": "已核查",
    "closed": "已结案",
    "withdrawn": "已撤销",
}
HAPPENED = {
    "pooled": "发布认领",
    "assigned": "派单",
    "acknowledged": "签收",
    "progressed": "报告进展",
    "returned": "退单",
    "transferred": "转办",
    "escalated": "督办",
    "corrected": "更正",
    "request_raised": "提出申请",
    "request_denied": "驳回申请",
    "suspended": "挂起",
    "resumed": "恢复",
    "extended": "延期",
    "awaited": "催办协办或审批",
    "assist_asked": "请求协办",
    "assist_done": "协办完成",
    "assist_released": "撤销协办",
    "resolved": "办结",
    "sent_back": "核查退回",
    "verified": "核查通过",
    "withdrawn": "撤销",
    "cancelled": "撤销",
    "closed": "结案",
    "redated": "时限重算",
    "rerouted": "请假改派",
    "booked": "预约",
    "unbooked": "取消预约",
    "offered": "推荐时段",
}

# the four platforms of a township (四个平台), whose departments handle what is theirs
DEPARTMENTS = ("public_safety", "market_supervision", "enforcement", "public_service")


class Words(NamedTuple):
    zh: str
    en: str


def both(zh: str, en: str) -> str:
    return f"{zh} / {en}"


def state_zh(state: str) -> str:
    return STATES.get(state, state)


def happened(what: str) -> Words:
    """What the journal calls so."""
    return Words(HAPPENED.get(what, what), what.replace("_", " "))
