"""Why an answer is not taken; each reason with what to do instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.callback.domain.questions import Questions
from services.callback.domain.rules import CHANNELS, DESK
from services.callback.domain.words import both

CLOSED, UNKNOWN, OWN_CASE, BAD_ANSWERS = "closed", "unknown", "own_case", "bad_answers"
NOT_A_REPORTER = "not_a_reporter"

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
