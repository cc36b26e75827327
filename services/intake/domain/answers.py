"""Whether the answers of a report fit the extra questions of its category (Open311 attributes)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.intake.domain.registration import Category, Reason, Report

LONGEST = 4000  # characters of an answer

Question = Mapping[str, Any]  # code, datatype, required, text_zh, text_en, values [{key, zh, en}]


def judge_answers(report: Report, catalogue: Mapping[str, Category]) -> list[Reason]:
    """Why the answers do not fit the questions of the category that the report names; empty when they do.

    A report that leaves the category to us was asked nothing.
    """
    category = catalogue.get(report.category)
    questions = {question["code"]: question for question in category.questions} if category else {}
    reasons = [_reason(code, "nobody asked for it", "leave it out") for code in report.answers if code not in questions]
    for code, question in questions.items():
        answer = report.answers.get(code)
        if answer in (None, "", []):
            if question.get("required"):
                reasons.append(_reason(code, f"{question['text_en']}: it is not answered", "answer it"))
        elif repair := _repair(answer, question):
            reasons.append(_reason(code, "the answer does not fit the question", repair))
    return reasons


def _reason(code: str, problem: str, repair: str) -> Reason:
    return Reason(f"answers.{code[:100]}", problem, repair)


def _repair(answer: Any, question: Question) -> str:
    """What to send instead; empty when the answer fits."""
    datatype = question["datatype"]
    if datatype in ("string", "text"):
        fits, wanted = isinstance(answer, str) and len(answer) <= LONGEST, f"a text of up to {LONGEST} characters"
    elif datatype == "number":
        fits, wanted = _is_number(answer), "a number"
    elif datatype == "datetime":
        fits, wanted = _is_time(answer), "a time such as 2026-11-23T09:00:00+08:00"
    else:
        keys = [value["key"] for value in question.get("values", ())]
        several = datatype == "multivaluelist"
        chosen: Sequence[Any] = answer if several and isinstance(answer, list) else [answer]
        fits = all(isinstance(key, str) and key in keys for key in chosen) and (several or not isinstance(answer, list))
        wanted = ("a list of " if several else "one of ") + ", ".join(keys)
    return "" if fits else f"send {wanted}"


def _is_number(answer: Any) -> bool:
    """JSON has numbers, forms have texts."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | str) or len(str(answer)) > 40:
        return False
    try:
        return abs(float(answer)) < float("inf")
    except ValueError:
        return False


def _is_time(answer: Any) -> bool:
    try:
        return bool(dt.datetime.fromisoformat(answer))
    except (TypeError, ValueError):
        return False
