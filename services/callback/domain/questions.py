"""The questions that a reporter is asked, as data: texts, reasons by category, and further questions of a town.

Every set has a version, made of what it says: an answer is kept with the version that it was given to, so that a later
set never changes what an earlier answer meant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.callback.domain.satisfaction import SATISFACTION, SOLVED, UNRATED
from services.callback.domain.words import Text

SOLVED_ID, SATISFIED_ID, REASONS_ID = "solved", "satisfaction", "reasons"
OPTIONS: dict[str, Text] = {
    "yes": Text("已解决", "yes"),
    "partly": Text("部分解决", "partly"),
    "no": Text("未解决", "no"),
    "satisfied": Text("满意", "satisfied"),
    "mostly_satisfied": Text("基本满意", "mostly satisfied"),
    "dissatisfied": Text("不满意", "dissatisfied"),
    "unrated": Text("不评价", "no rating"),
}


@dataclass(frozen=True)
class Option:
    """One of the answers to a question; a reason is only offered for categories that begin with `category`."""

    id: str
    text: Text
    category: str = ""


@dataclass(frozen=True)
class Question:
    """A question with the answers that it can have."""

    id: str
    text: Text
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Questions:
    """A set of questions: the two that everybody answers, the reasons of who is not content, and a town's own."""

    solved: Question
    satisfaction: Question
    reasons: tuple[Option, ...] = ()
    more: tuple[Question, ...] = ()

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits, the same for the same set wherever it is read."""
        return hashlib.sha256(json.dumps(self.as_data(), sort_keys=True).encode()).hexdigest()[:12]

    def reasons_for(self, category: str) -> tuple[Option, ...]:
        """Those that are offered for a matter of this category."""
        return tuple(reason for reason in self.reasons if category.startswith(reason.category))

    def as_data(self) -> dict[str, Any]:
        """As it is kept with its version; `Questions.of` reads it back."""
        return {
            "solved": self.solved.text._asdict(),
            "satisfaction": self.satisfaction.text._asdict(),
            "reasons": [_option(reason) | {"category": reason.category} for reason in self.reasons],
            "more": [
                {"id": q.id, **q.text._asdict(), "options": [_option(option) for option in q.options]}
                for q in self.more
            ],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Questions:
        """From data that `question_rules.problems` finds nothing wrong in; what is left out is as usual."""
        usual = {"solved": USUAL_SOLVED._asdict(), "satisfaction": USUAL_SATISFACTION._asdict()} | dict(data)
        return cls(
            Question(SOLVED_ID, _text(usual["solved"]), _fixed(SOLVED)),
            Question(SATISFIED_ID, _text(usual["satisfaction"]), _fixed(SATISFACTION)),
            tuple(_read(reason) for reason in usual.get("reasons", ())),
            tuple(
                Question(q["id"], _text(q), tuple(_read(option) for option in q["options"]))
                for q in usual.get("more", ())
            ),
        )

    def mistakes(self, answers: Mapping[str, Any], category: str) -> list[str]:
        """What is wrong with these answers (question id → value; for `reasons` a list), each with how to repair it."""
        known = {q.id: [o.id for o in q.options] for q in (self.solved, self.satisfaction, *self.more)}
        found = [f"{key}: nobody asked this: use {', '.join((*known, REASONS_ID))}" for key in answers.keys() - known]
        found = [one for one in found if not one.startswith(f"{REASONS_ID}:")]
        if SOLVED_ID not in answers:
            found.append(f"{SOLVED_ID}: it must be answered with one of {', '.join(known[SOLVED_ID])}")
        for key, value in answers.items():
            if key in known and value not in known[key]:
                found.append(f"{key}: {value!r} is none of {', '.join(known[key])}")
        offered = [reason.id for reason in self.reasons_for(category)]
        reasons = answers.get(REASONS_ID, [])
        if not isinstance(reasons, list | tuple):
            return [*found, f"{REASONS_ID}: give a list"]
        return found + [
            f"{REASONS_ID}: {one!r} is none of {', '.join(offered)}" for one in reasons if one not in offered
        ]

    def words_of(self, reasons: Iterable[str]) -> Text:
        """Reasons in words, for whoever handles the matter; one that this set does not know stands by its id."""
        known = {reason.id: reason.text for reason in self.reasons}
        texts = [known.get(one, Text(one, one)) for one in reasons]
        return Text("、".join(t.zh for t in texts), ", ".join(t.en for t in texts))


def satisfaction_of(answers: Mapping[str, Any]) -> str:
    """Who does not rate has not rated."""
    return str(answers.get(SATISFIED_ID) or UNRATED)


def _option(option: Option) -> dict[str, str]:
    return {"id": option.id, **option.text._asdict()}


def _fixed(ids: Iterable[str]) -> tuple[Option, ...]:
    """The answers that figures and judgement know: a town words the questions, not these."""
    return tuple(Option(one, OPTIONS[one]) for one in ids)


def _text(data: Mapping[str, Any]) -> Text:
    return Text(data["zh"], data["en"])


def _read(data: Mapping[str, Any]) -> Option:
    return Option(data["id"], _text(data), data.get("category", ""))


USUAL_SOLVED = Text("您反映的问题解决了吗?", "Has the matter that you reported been solved?")
USUAL_SATISFACTION = Text("您对办理结果满意吗?", "Are you satisfied with how it was handled?")
