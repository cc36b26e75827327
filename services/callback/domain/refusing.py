"""Why an answer is not taken; each reason with what to do instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.callback.domain.questions import Questions
from services.callback.domain.rules import CHANNELS, DESK
from services.callback.domain.satisfaction import PROPOSED, may_be_unreasonable
from services.callback.domain.words import both

CLOSED, UNKNOWN, OWN_CASE, BAD_ANSWERS = "closed", "unknown", "own_case", "bad_answers"
NOT_A_REPORTER, NO_DEMAND, SAME_PERSON = "not_a_reporter", "no_demand", "same_person"
TOO_SOON, TOO_LATE, AT_WORK = "too_soon", "too_late", "at_work"

Refusal = tuple[str, str]  # the reason, and in words
NO_FOLLOW_UP: Refusal = (UNKNOWN, both("没有此回访", "there is no such follow-up: see GET /callback/follow-ups"))


def refusal(
    row: Mapping[str, Any], channel: str, by: str, report: str, reporters: Sequence[str], now: dt.datetime
) -> Refusal | None:
    """Why nobody's answer is taken here, whatever it says; `row` is the follow-up with its case."""
    if channel not in CHANNELS:
        return BAD_ANSWERS, both(f"没有渠道 {channel}", f"there is no channel {channel}: use {', '.join(CHANNELS)}")
    if row["state"] != "open":
        return CLOSED, ended(row)
    if now >= row["closes_at"]:
        return CLOSED, both("回访期已过", "the window is over")
    if channel == DESK and by in row["handlers"]:
        return OWN_CASE, both("经办人不得回访自己办理的事项", "whoever handled or checked it cannot ask about it")
    if report not in reporters:
        known = ", ".join(reporters) or "–"
        return NOT_A_REPORTER, both(f"可回访的编号:{known}", f"nobody can be asked under {report}: use {known}")
    return None


def ended(row: Mapping[str, Any]) -> str:
    """Why a follow-up takes no answer any more."""
    if row["state"] == "waived":
        return both("无须回访", f"nobody is asked: {row['why']}")
    if row["state"] == "expired":
        return both("回访期已过", "its window is over and it was closed as unrated")
    return both("已有结果", "it has been answered and judged; the reporter may object: POST /callback/objections")


def bad_answers(answers: Mapping[str, Any], category: str, questions: Questions | None) -> Refusal | None:
    """What is wrong with the answers themselves."""
    if questions is None:
        return BAD_ANSWERS, both("没有此问卷版本", "no questions of this version were asked: leave `version` out")
    if wrong := questions.mistakes(answers, category):
        return BAD_ANSWERS, both("答案有误", "; ".join(wrong))
    return None


def no_demand(unreasonable: str, channel: str, solved: str, satisfaction: str) -> Refusal | None:
    """Why a demand cannot be called unreasonable together with this answer."""
    if not unreasonable or (channel == DESK and may_be_unreasonable(solved, satisfaction)):
        return None
    return BAD_ANSWERS, both(
        "仅电话回访中已解决但不满意的诉求可提出不合理",
        "only a call-taker, of a matter that is solved and still dissatisfies",
    )


def demand_refusal(row: Mapping[str, Any], said: tuple[str | None, str], by: str) -> Refusal | None:
    """Why nothing can be said of the demand behind this follow-up's answer now; nothing when it can."""
    if row["state"] != "open":
        return CLOSED, ended(row)
    if by in row["handlers"]:
        return OWN_CASE, both("经办人不得复核自己办理的事项", "whoever handled or checked it cannot judge the demand")
    solved, satisfaction = said
    if solved is None or not may_be_unreasonable(solved, satisfaction):
        return NO_DEMAND, both("没有待复核的诉求", "nobody here is dissatisfied although it is solved")
    if row["demand"] == PROPOSED and row["proposed_by"] == by:
        return SAME_PERSON, both("须由另一名坐席复核", "somebody else of the desk has to look at it")
    return None


def objection_refusal(row: Mapping[str, Any] | None, within: dt.timedelta | None, now: dt.datetime) -> Refusal | None:
    """Why an objection is not taken; `row` is the follow-up of the latest round."""
    if row is None or within is None:
        return UNKNOWN, both("没有可提出异议的结果", "nothing under this number has ended: see /intake/cases")
    if row["state"] == "open":
        return TOO_SOON, both("尚在回访,请直接作答", "it is still being asked about: answer instead")
    if row["rework"] or row["basis"] == "withdrawn":
        return AT_WORK, both("已在重新办理或已撤销", "it is being handled again, or was withdrawn")
    if now >= row["ended_at"] + within:
        days = f"{within.days}"
        return TOO_LATE, both(
            f"已超过 {days} 天异议期,请作为新诉求上报", f"more than {days} days have passed: report it as a new case"
        )
    return None


def reask_refusal(row: Mapping[str, Any] | None, by: str) -> Refusal | None:
    """Why a second answer is not taken."""
    if row is None:
        return UNKNOWN, both("没有此复访", "nothing is asked again under this id: see GET /callback/reasks")
    if row["answered_at"]:
        return CLOSED, both("已复访", "it was asked again already")
    if by in row["handlers"] or by == row["first_by"]:
        return OWN_CASE, both("须由他人复访", "somebody else has to ask than handled it or asked first")
    return None
