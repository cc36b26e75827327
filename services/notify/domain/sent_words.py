"""What became of something that went out, in Chinese and English, and as a table for people."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify.domain.town_time import TOWN_TIME

OUTCOMES = {
    "read": "已读",
    "sending": "发送中",
    "delivered": "已送达",
    "no_queue": "无队列",
    "waiting": "排队中",
    "new": "待处理",
    "held": "暂缓",
    "silenced": "静默",
    "sent": "已发出",
    "muted": "已抑制",
    "repeated": "重复未发",
    "no_route": "无路由",
    "no_way": "无渠道",
    "created": "待发送",
    "accepted": "已受理",
    "failed": "失败",
    "uncertain": "不确定",
    "expired": "已过期",
    "superseded": "已作废",
    "next_channel": "换渠道",
    "leader": "报负责人",
    "acted": "已处理",
    "taken_away": "已转他人",
    "case_over": "案件已结束",
    "all_done": "已逐级提醒",
}
HEADS = ("时间 time", "对象 person", "内容 what", "方式 way", "结果 outcome", "原因 reason")
NOTHING = "没有发出任何消息 / nothing has gone out"


def outcome(word: str) -> str:
    """In both languages; a word that is not known as it is."""
    return f"{OUTCOMES[word]} {word}" if word in OUTCOMES else word


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The oldest first: a line for each, and one below it for each way on which it went."""
    lines = [line for row in reversed(rows) for line in _lines(row)]
    if not lines:
        return NOTHING
    widths = [max(map(_width, column)) for column in zip(HEADS, *lines, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (HEADS, *lines)
    )


def _lines(row: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    what = " ".join(str(part) for part in (row["kind"], row["level"], row["number"]) if part)
    yield _at(row["at"]), row["person"], what, "", outcome(row["outcome"]), outcome(row["reason"])
    for one in row["deliveries"] or ():
        way = one["way"] if one["attempts"] <= 1 else f"{one['way']} ×{one['attempts']}"
        state = "read" if one.get("read_at") else one["state"]
        yield _at(one["settled_at"]), "", "", way, outcome(state), one["reason"]
    for step in row.get("unread_steps") or ():
        reached = ", ".join(step["reached"])
        yield (
            _at(step["at"]),
            "",
            "",
            f"未读 unread {step['step']}",
            outcome(step["measure"]),
            step["reason"] or reached,
        )


def _at(moment: Any) -> str:
    if not moment:
        return ""
    known = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{known.astimezone(TOWN_TIME):%m-%d %H:%M:%S}"


def _width(text: str) -> int:
    """Columns in a terminal: a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
