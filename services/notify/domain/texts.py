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


# kind of the notice → its text; {due}, {ack}, {until}, {assist_due}, {starts} are days and times in the town
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
    "check_taken_over": Text(
        "原核查人请假,请您核查:{title}({place})。",
        "The checker is on leave, please check: {title} ({place}).",
    ),
    "work_sent_back": Text(
        "核查未通过,请继续办理:{title}。核查意见:{note}", "The check has failed, please go on: {title}. {note}"
    ),
    "work_verified": Text("核查通过:{title}。", "Checked and passed: {title}."),
    "work_escalated": Text("升级督办,请您办理:{title}({place})。{why}", "Escalated to you: {title} ({place}). {why}"),
    "work_reminded": Text("督办提醒:{title}({place})。{why}", "Reminder: {title} ({place}). {why}"),
    "work_reminded_again": Text(
        "第{nth}次督办提醒:{title}({place}),请立即处理。{why}",
        "Reminder no. {nth}: {title} ({place}), please act now. {why}",
    ),
    "check_reminded": Text("请尽快核查:{title}({place})。{why}", "Please check: {title} ({place}). {why}"),
    "check_reminded_again": Text(
        "第{nth}次提醒,请立即核查:{title}({place})。{why}",
        "Reminder no. {nth}, please check now: {title} ({place}). {why}",
    ),
    "check_escalated": Text(
        "核查超时,改由您核查:{title}({place})。{why}",
        "Nobody has checked it in time, please do: {title} ({place}). {why}",
    ),
    "check_taken_away": Text("核查已转他人:{title}。{why}", "Somebody else checks it now: {title}. {why}"),
    "yellow_card": Text("黄牌警示:{title}({place})。{why}", "Yellow card: {title} ({place}). {why}"),
    "red_card": Text(
        "红牌警示:{title}({place}),请立即办理。{why}", "Red card: {title} ({place}), please act now. {why}"
    ),
    "letter": Text("督办函:{title}({place})。{why}", "Letter of supervision: {title} ({place}). {why}"),
    "public_notice": Text("通报:{title}({place})。{why}", "Public notice: {title} ({place}). {why}"),
    "problem_case": Text(
        "疑难件,提级督办:{title}({place})。{why}", "A problem case, one level up: {title} ({place}). {why}"
    ),
    "interview_proposed": Text(
        "拟对您约谈:{title}({place})。{why}", "An interview with you is proposed: {title} ({place}). {why}"
    ),
    "interview_wanted": Text(
        "请安排约谈({whom}):{title}({place})。{why}",
        "Please arrange an interview with {whom}: {title} ({place}). {why}",
    ),
    "interview_held": Text(
        "约谈已于{held_on}进行:{title}。{note}", "The interview was held on {held_on}: {title}. {note}"
    ),
    "interview_dropped": Text("约谈已取消:{title}。{note}", "There will be no interview: {title}. {note}"),
    "supervision_copied": Text(
        "抄送({measure_zh}):{title}({place})。{why}", "For your information ({measure_en}): {title} ({place}). {why}"
    ),
    "work_taken_away": Text("任务已转他人:{title}。{why}", "Taken over by somebody else: {title}. {why}"),
    "work_corrected": Text(
        "任务信息已更正:{title}({place}),请于{due}前办结。{why}",
        "Corrected: {title} ({place}). Finish by {due}. {why}",
    ),
    "approval_wanted": Text(
        "请审批挂起申请:{title}({place}),至{until}。理由:{reason}",
        "Please decide: suspend {title} ({place}) until {until}? {reason}",
    ),
    "more_time_wanted": Text(
        "请审批延期申请:{title}({place}),现时限{due},申请延至{until}。理由:{reason}",
        "Please decide: give {title} ({place}), due {due}, time until {until}? {reason}",
    ),
    "request_denied": Text("申请未获批准:{title}。{why}", "Not granted: {title}. {why}"),
    "answer_awaited": Text("请尽快处理:{title}({place})。{why}", "Please see to it: {title} ({place}). {why}"),
    "answer_passed_up": Text("逾期,转请您处理:{title}({place})。{why}", "Late, now for you: {title} ({place}). {why}"),
    "answer_overdue": Text("逾期未办,已报上级:{title}。{why}", "Late, and passed on to the next above: {title}. {why}"),
    "work_suspended": Text("已挂起至{until}:{title}。", "Suspended until {until}: {title}."),
    "work_resumed": Text(
        "挂起期满,请继续办理:{title}({place}),请于{due}前办结。",
        "The suspension is over, please go on: {title} ({place}). Finish by {due}.",
    ),
    "work_extended": Text("延期已批准:{title},请于{due}前办结。", "More time is granted: {title}. Finish by {due}."),
    "work_redated": Text("时限已调整:{title},请于{due}前办结。{why}", "New deadline: {title}. Finish by {due}. {why}"),
    "assist_wanted": Text(
        "请协办:{title}({place})。内容:{note}。请于{assist_due}前完成。",
        "Please help with {title} ({place}): {note}. Finish by {assist_due}.",
    ),
    "assist_done": Text("协办已完成({unit}):{title}。{note}", "{unit} has done its part of {title}. {note}"),
    "assist_released": Text("协办已取消,无需再办:{title}。{why}", "Your help is not needed any more: {title}. {why}"),
    "work_withdrawn": Text("任务已撤销,无需再办:{title}。{why}", "Withdrawn, nothing is left to do: {title}. {why}"),
    "appointment_booked": Text(
        "已预约 {starts}({where_zh}):{title}({place})。请于{due}前办结。",
        "Booked for {starts} ({where_en}): {title} ({place}). Finish by {due}.",
    ),
    "appointment_cancelled": Text(
        "{starts}的预约已取消:{title}。{why}", "The appointment at {starts} is cancelled: {title}. {why}"
    ),
    "notice_unread": Text(
        "第{nth}次提醒:{whom}尚未查看,请督促:{title}({place})。{why}",
        "No. {nth}: {whom} has not read it, please see to it: {title} ({place}). {why}",
    ),
    "action_accepted": Text("操作已生效。", "Done."),
    "action_refused": Text("操作未生效:{why}", "Not done: {why}"),
}

MEASURES = {  # of supervision, in words
    "remind": Text("督办提醒", "reminder"),
    "escalate": Text("升级督办", "escalated"),
    "yellow_card": Text("黄牌", "yellow card"),
    "red_card": Text("红牌", "red card"),
    "letter": Text("督办函", "letter"),
    "interview": Text("约谈", "interview"),
    "public_notice": Text("通报", "public notice"),
    "problem_case": Text("疑难件", "problem case"),
}
NEXT_ROUND = {  # instead, when the reporter was not content with the round before
    "work_assigned": Text(
        "第{round}轮办理:{title}({place})。{why} 请于{ack}前签收,{due}前办结。",
        "Round {round}: {title} ({place}). {why} Acknowledge by {ack}, finish by {due}.",
    ),
}
CLOCKS = {"due": "due_at", "ack": "ack_due_at", "until": "until", "assist_due": "assist_due_at", "starts": "starts_at"}


def text_of(kind: str, facts: Mapping[str, Any]) -> Text:
    """The text of a notice. `facts`: title, place_text, note, why, due_at and so on; what is missing is a dash."""
    again = f"{kind}_again"  # each time that a reminder comes it says how often it has come
    texts = NEXT_ROUND if kind in NEXT_ROUND and (facts.get("round") or 1) > 1 else TEXTS
    zh, en = texts[again if again in texts and (facts.get("nth") or 1) > 1 else kind]
    values = {
        name: facts.get(name) or "—" for name in ("title", "note", "why", "reason", "unit", "nth", "held_on", "round")
    }
    values |= {"place": facts.get("place_text") or "—", "whom": facts.get("to_member_id") or "—"}
    measure = MEASURES.get(facts.get("measure") or "", Text("—", "—"))
    values |= {"measure_zh": measure.zh, "measure_en": measure.en}
    values |= {f"where_{language}": facts.get(f"place_{language}") or "—" for language in ("zh", "en")}
    values |= {name: _clock(facts.get(field)) for name, field in CLOCKS.items()}
    return Text(zh.format(**values), en.format(**values))


def _clock(moment: str | None) -> str:
    """Month, day and time of an ISO moment, in the town; a dash without one."""
    return in_town(moment).strftime("%m-%d %H:%M") if moment else "—"


def in_town(moment: str) -> dt.datetime:
    """An ISO moment on the clocks of the town."""
    return dt.datetime.fromisoformat(moment).astimezone(TOWN_TIME)
