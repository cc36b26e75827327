"""What members are told about projects, in Chinese and English: one line that says what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.notify.domain.texts import Text, in_town

# kind of the notice → its text; {due} is a day of the town, with the time unless it is due by the end of that day
TEXTS = {
    "project_entrusted": Text("请您负责项目:{project}。责任书:{note}", "You answer for the project {project}. {note}"),
    "project_taken_away": Text(
        "项目已改由他人负责:{project}。", "Somebody else answers for the project {project} now."
    ),
    "project_cancelled": Text("项目已取消:{project}。{why}", "The project {project} is cancelled. {why}"),
    "task_given": Text(
        "项目任务:{title}({project})。请于{due}前完成。", "Yours in the project {project}: {title}. Finish by {due}."
    ),
    "task_taken_away": Text(
        "项目任务已转他人:{title}({project})。{why}", "Somebody else has it now: {title} ({project}). {why}"
    ),
    "task_check_wanted": Text(
        "请核查项目任务:{title}({project})。完成情况:{why}", "Please check: {title} ({project}). What was done: {why}"
    ),
    "task_verified": Text("项目任务核查通过:{title}({project})。", "Checked and passed: {title} ({project})."),
    "task_sent_back": Text(
        "项目任务核查未通过,请继续:{title}({project})。核查意见:{why}",
        "The check has failed, please go on: {title} ({project}). {why}",
    ),
    "task_redated": Text(
        "项目任务日期已调整:{title}({project}),请于{due}前完成。{why}",
        "Another date: {title} ({project}). Finish by {due}. {why}",
    ),
    "task_cancelled": Text("项目任务已取消:{title}({project})。{why}", "Cancelled: {title} ({project}). {why}"),
    "task_reminded": Text(
        "督办提醒:{title}({project}),截止{due}。{why}", "Reminder: {title} ({project}), due {due}. {why}"
    ),
    "task_watched": Text(
        "请督促 {owner}:{title}({project}),截止{due}。{why}",
        "Please see to it: {title} ({project}) of {owner}, due {due}. {why}",
    ),
}
NAMES = ("project", "title", "owner", "note", "why")


def text_of(kind: str, facts: Mapping[str, Any]) -> Text:
    """The text of a notice; what is missing is a dash."""
    values = {name: facts.get(name) or "—" for name in NAMES} | {"due": _day(facts.get("due_at"))}
    zh, en = TEXTS[kind]
    return Text(zh.format(**values), en.format(**values))


def _day(moment: str | None) -> str:
    if not moment:
        return "—"
    local = in_town(moment)
    if local.time() == dt.time():
        return f"{local - dt.timedelta(days=1):%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}"
