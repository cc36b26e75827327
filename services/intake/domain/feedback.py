"""What a source is told about its report: which steps, in which words."""

from __future__ import annotations

from services.intake.domain.case import OPEN311

ALWAYS = ("report_received", "report_rejected")

# state of the case → (the transition a source may ask for, Chinese, English)
TEXTS: dict[str, tuple[str, str, str]] = {
    "submitted": (
        "report_received",
        "已收到,编号 {number},等待受理。",
        "Received as {number}; waiting to be accepted.",
    ),
    "accepted": ("accepted", "已受理,编号 {number}。", "Accepted as {number}."),
    "dispatched": ("dispatched", "{number} 已派给网格员。", "{number} has been assigned to a grid member."),
    "in_progress": ("in_progress", "{number} 正在办理。", "{number} is being handled."),
    "resolved": ("resolved", "{number} 已办结,等待核查。", "{number} has been handled and is being checked."),
    "follow_up_pending": (
        "follow_up",
        "{number} 已核查,等待回访。",
        "{number} has been checked; the reporter will be asked.",
    ),
    "closed": ("closed", "{number} 已结案。", "{number} is closed."),
    "rejected": ("rejected", "{number} 不予受理:{note}", "{number} was refused: {note}"),
    "rework": (
        "rework",
        "{number} 未解决,重新办理(第 {round} 轮)。",
        "{number} was not solved and is handled again (round {round}).",
    ),
}


def wanted(state: str, wishes: tuple[str, ...]) -> bool:
    """Whether a source with these wishes hears that its case has come to `state`."""
    return TEXTS[state][0] in wishes


def body(state: str, number: str, round_: int, note: str = "") -> dict[str, str]:
    """The words for a step; `state` may also be `rework`."""
    _, zh, en = TEXTS[state]
    values = {"number": number, "round": round_, "note": note}
    case_state = "dispatched" if state == "rework" else state
    return {
        "state": case_state,
        "open311_status": "reopen" if state == "rework" else OPEN311[case_state],
        "text_zh": zh.format(**values),
        "text_en": en.format(**values),
    }


def received(number: str, state: str) -> dict[str, str]:
    """The first answer to every report that was taken."""
    return body("accepted" if state == "accepted" else "submitted", number, 1)


def refused() -> dict[str, str]:
    return {
        "text_zh": "报告无法受理,请按说明修改后重新发送。",
        "text_en": "The report was refused; repair it as described and send it again.",
    }
