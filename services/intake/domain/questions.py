"""The extra questions of a category, and whether answers fit them. Datatypes are those of Open311 attributes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.intake.domain.registration import Reason

LONGEST = 4000  # characters of an answer
MULTIPLE, SINGLE = "multivaluelist", "singlevaluelist"

Question = Mapping[str, Any]  # code, datatype, required, text_zh, text_en, values: [{key, zh, en}]


def _number(text: str) -> bool:
    return math.isfinite(float(text))


def _time(text: str) -> bool:
    return bool(dt.datetime.fromisoformat(text))


# datatype → (does a text fit, what it must be); one that raises ValueError does not fit
_FITS: dict[str, tuple[Callable[[str], bool], str]] = {
    "string": (lambda text: "\n" not in text and "\r" not in text, "one line of text"),
    "number": (_number, "a number"),
    "datetime": (_time, "a time in ISO 8601, for example 2026-11-23T09:00:00+08:00"),
    "text": (lambda text: True, "text"),
}


def answers_of(questions: Sequence[Question], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """The answers by code, a list for a question that takes several; and why what was given does not fit."""
    answers: dict[str, Any] = {}
    reasons = [
        Reason(f"attribute[{code}]", "the service has no such attribute", "leave it out; see the service definition")
        for code in sorted(set(given) - {question["code"] for question in questions})
    ]
    for question in questions:
        code, values = question["code"], _listed(given.get(question["code"]))
        if problem := _problem(question, values):
            reasons.append(Reason(f"attribute[{code}]", *problem))
        elif values:
            answers[code] = values if question["datatype"] == MULTIPLE else values[0]
    return answers, reasons


def _listed(given: Any) -> list[str]:
    values = given if isinstance(given, list) else [given]
    return [str(value) for value in values if value not in (None, "")]


def _problem(question: Question, values: list[str]) -> tuple[str, str] | None:
    if not values:
        return ("it is required", "answer it; see the service definition") if question.get("required") else None
    if len(values) > 1 and question["datatype"] != MULTIPLE:
        return f"there are {len(values)} values", "send one"
    if any(len(value) > LONGEST for value in values):
        return f"it is longer than {LONGEST} characters", "shorten it"
    if question["datatype"] in (SINGLE, MULTIPLE):
        keys = [str(value["key"]) for value in question.get("values") or []]
        return None if set(values) <= set(keys) else ("it is none of the values", f"choose from {', '.join(keys)}")
    fits, wanted = _FITS[question["datatype"]]
    return None if _suits(fits, values[0]) else (f"it is not {wanted}", f"send {wanted}")


def _suits(fits: Callable[[str], bool], text: str) -> bool:
    try:
        return fits(text)
    except ValueError:
        return False
