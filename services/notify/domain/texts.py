"""What members are told, in Chinese and English: one line that says what to do, understood at the roadside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

TOWN_TIME = ZoneInfo("Asia/Shanghai")  # the one time of all of China


class Text(NamedTuple):
    zh: str
    en: str


# kind of the notice → its text; {due}, {ack} and {until} are times of day in the town
TEXTS = {
    "work_assigned": Text(
        "新任务:{title}({place})。请于{ack}前签收,{due}前办结。",
        "New work: {title} ({place}). Acknowledge by {ack}, finish by {due}.",
    ),
    "work_offered": Text(
        "可认领:{title}({place})。{until}前先认领者办理,{due}前办结。",
        "To be claimed: {title} ({place}). The first to claim it by {until} has it; finish by {due}.",
    ),
    "check_wanted": Text(
        "请核查:{title}({place})。办理情况:{note}",
        "Please check: {title} ({place}). What was done: {note}",
    ),
    "work_sent_back": Text(
        "核查未通过,请继续办理:{title}。核查意见:{note}", "The check has failed, please go on: {title}. {note}"
    ),
    "work_verified": Text("核查通过:{title}。", "Checked and passed: {title}."),
    "work_escalated": Text("升级督办,请您办理:{title}({place})。{why}", "Escalated to you: {title} ({place}). {why}"),
    "work_reminded": Text("督办提醒:{title}({place})。{why}", "Reminder: {title} ({place}). {why}"),
    "work_taken_away": Text("任务已转他人:{title}。{why}", "Taken over by somebody else: {title}. {why}"),
    "work_corrected": Text(
        "任务信息已更正:{title}({place}),请于{due}前办结。{why}",
        "Corrected: {title} ({place}). Finish by {due}. {why}",
    ),
    "work_withdrawn": Text("任务已撤销,无需再办:{title}。{why}", "Withdrawn, nothing is left to do: {title}. {why}"),
    "action_accepted": Text("操作已生效。", "Done."),
    "action_refused": Text("操作未生效:{why}", "Not done: {why}"),
}


def text_of(kind: str, facts: Mapping[str, Any]) -> Text:
    """The text of a notice. `facts`: title, place_text, note, why, due_at, ack_due_at, until; without one, a dash."""
    zh, en = TEXTS[kind]
    values = {name: facts.get(name) or "—" for name in ("title", "note", "why")}
    values |= {"place": facts.get("place_text") or "—"}
    times = {"due": "due_at", "ack": "ack_due_at", "until": "until"}
    values |= {name: _clock(facts.get(field)) for name, field in times.items()}
    return Text(zh.format(**values), en.format(**values))


def _clock(moment: str | None) -> str:
    """Month, day and time of an ISO moment, in the town; a dash without one."""
    return in_town(moment).strftime("%m-%d %H:%M") if moment else "—"


def in_town(moment: str) -> dt.datetime:
    """An ISO moment on the clocks of the town."""
    return dt.datetime.fromisoformat(moment).astimezone(TOWN_TIME)
