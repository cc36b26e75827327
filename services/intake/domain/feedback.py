"""What a source is told about its report: which steps, in which words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.intake.domain.case import OPEN311

TOWN_TIME = ZoneInfo("Asia/Shanghai")  # the one time of all of China
NOTHING_FREE = "暂无,请联系坐席 / nothing, please ask the town's desk"
ALWAYS = ("report_received", "report_rejected")


class Words(NamedTuple):
    """The transition that a source may ask for, the state that the case is in then (empty: as it was), what is said.

    `status` for Open311 clients, where it is not simply that of the state."""

    transition: str
    state: str
    zh: str
    en: str
    status: str | None = None


_RECEIVED = ("已收到,编号 {number},等待受理。", "Received as {number}; waiting to be accepted.")
_CLOSED = ("{number} 已结案。", "{number} is closed.")

# what has happened to a case (its new state, or more exactly how it came to it) → what its sources hear
TEXTS: dict[str, Words] = {
    "submitted": Words("report_received", "submitted", *_RECEIVED),
    "accepted": Words("accepted", "accepted", "已受理,编号 {number}。", "Accepted as {number}."),
    "dispatched": Words(
        "dispatched", "dispatched", "{number} 已派给网格员。", "{number} has been assigned to a grid member."
    ),
    "in_progress": Words("in_progress", "in_progress", "{number} 正在办理。", "{number} is being handled."),
    "suspended": Words(
        "suspended",
        "suspended",
        "{number} 暂缓办理,预计 {note} 恢复。",
        "{number} cannot go on for now; it is to go on at {note}.",
    ),
    "extended": Words(
        "extended", "in_progress", "{number} 经批准延期至 {note}。", "{number} has been given until {note}."
    ),
    "appointed": Words("appointment", "", "{number} 已预约:{note}。", "{number} has an appointment: {note}."),
    "appointment_cancelled": Words(
        "appointment", "", "{number} 的预约已取消:{note}。", "The appointment of {number} is cancelled: {note}."
    ),
    "appointment_full": Words(
        "appointment",
        "",
        "{number} 所选时段不可预约,可选时段:{note}。",
        "{number} cannot be had at the time that was wished for; free are: {note}.",
    ),
    "resolved": Words(
        "resolved", "resolved", "{number} 已办结,等待核查。", "{number} has been handled and is being checked."
    ),
    "follow_up_pending": Words(
        "follow_up",
        "follow_up_pending",
        "{number} 已核查,等待回访。",
        "{number} has been checked; the reporter will be asked.",
    ),
    "asked": Words(
        "ask",
        "follow_up_pending",
        "{number} 已办结,请您评价办理结果({note} 前有效)。",
        "{number} has been handled: please say how (open until {note}).",
    ),
    "closed": Words("closed", "closed", *_CLOSED),
    "not_fixed": Words("closed", "closed", *_CLOSED, "no_further_action"),
    "answered": Words(
        "closed", "closed", "{number} 已答复:{note}", "{number} has been answered: {note}", "no_further_action"
    ),
    "settled": Words(
        "closed",
        "closed",
        "{number} 已由其他平台办结:{note}",
        "{number} was settled by another platform: {note}",
        "no_further_action",
    ),
    "rejected": Words(
        "rejected",
        "rejected",
        "{number} 不予受理:{note}。如有异议,可申诉。",
        "{number} was refused: {note}. Whoever reported it may appeal.",
    ),
    "appealed": Words(
        "rejected", "submitted", "{number} 已收到申诉,重新审核。", "The appeal about {number} is being looked at."
    ),
    "rework": Words(
        "rework",
        "dispatched",
        "{number} 未解决,重新办理(第 {round} 轮)。",
        "{number} was not solved and is handled again (round {round}).",
        "reopen",
    ),
    "awaiting_info": Words(
        "awaiting_info", "awaiting_info", "{number} 需补充信息:{note}", "More is needed about {number}: {note}"
    ),
    "transferred": Words(
        "transferred", "transferred", "{number} 已转交{note}。", "{number} has been handed on to {note}."
    ),
    "merged": Words(
        "merged", "merged", "{number} 与 {note} 为同一事项,并案办理。", "{number} is handled together with {note}."
    ),
    "unmerged": Words(
        "unmerged", "accepted", "{number} 已撤销并案,单独办理。", "{number} is handled by itself again.", "reopen"
    ),
    "cancelled": Words("cancelled", "cancelled", "{number} 已撤销:{note}", "{number} was cancelled: {note}"),
}


def wanted(about: str, wishes: tuple[str, ...]) -> bool:
    """Whether a source with these wishes hears that this has happened to its case."""
    return TEXTS[about].transition in wishes


def in_town(moment: str) -> str:
    """Day and time of an ISO moment, on the clocks of the town."""
    return dt.datetime.fromisoformat(moment).astimezone(TOWN_TIME).strftime("%Y-%m-%d %H:%M")


def appointment(slot: Mapping[str, Any]) -> str:
    """From when to when, and where."""
    start, end = in_town(slot["starts_at"]), in_town(slot["ends_at"])
    return f"{start}–{end.rpartition(' ')[2]} {slot['place_zh']} / {slot['place_en']}"


def with_offset(moment: dt.datetime) -> str:
    """A moment on the clocks of the town, to the second, as platforms write it."""
    return moment.astimezone(TOWN_TIME).isoformat(timespec="seconds")


def ending(solved: str | None) -> str:
    """What a closed case is told as: fixed, unless its reporter says that it is not quite."""
    return "not_fixed" if solved in ("partly", "no") else "closed"


def body(about: str, number: str, round_: int, note: str = "", state: str = "") -> dict[str, str]:
    """The words for what has happened; the number is the one that this source knows its report by, `state` the one that
    the case is in."""
    words = TEXTS[about]
    state = words.state or state
    values = {"number": number, "round": round_, "note": note}
    return {
        "state": state,
        "open311_status": words.status or OPEN311[state],
        "text_zh": words.zh.format(**values),
        "text_en": words.en.format(**values),
    }


def received(number: str, state: str) -> dict[str, str]:
    """The first answer to every report that was taken."""
    return body("accepted" if state == "accepted" else "submitted", number, 1)


def joined(number: str, state: str) -> dict[str, str]:
    """The first answer to a report that was added to the case of an earlier one of its group."""
    texts = {"text_zh": f"已并入 {number}。", "text_en": f"Added to {number}."}
    return {"state": state, "open311_status": OPEN311[state]} | texts


def refused() -> dict[str, str]:
    return {
        "text_zh": "报告无法受理,请按说明修改后重新发送。",
        "text_en": "The report was refused; repair it as described and send it again.",
    }
