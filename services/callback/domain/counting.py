"""Whose answer counts when several have reported one matter, and when it is settled that no other will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.callback.domain.rules import DESK, FIRST, NOTHING, WORST, Terms
from services.callback.domain.satisfaction import DISSATISFIED, PROPOSED, judge, may_be_unreasonable

_SOLVED = {"yes": 0, "partly": 1, "no": 2}
_CONTENT = {"unrated": 0, "satisfied": 0, "mostly_satisfied": 1, "dissatisfied": 2}


@dataclass(frozen=True)
class Answer:
    """The latest answer of one reporter: `report` is the number under which that one knows the matter."""

    id: str
    report: str
    channel: str
    at: dt.datetime
    solved: str
    satisfaction: str


@dataclass(frozen=True)
class Demand:
    """What the desk has said of a dissatisfied reporter's demand, and when."""

    state: str
    at: dt.datetime


def counted(answers: Mapping[str, Answer], reporters: Sequence[str], terms: Terms) -> Answer | None:
    """The answer that counts if no other comes: report → its latest; `reporters` in the order in which they reported.

    The first reporter's, or else that of the first who has answered; what most say (content, or not), by who said it
    first, and of equally many the discontent; or the worst.
    """
    if not answers:
        return None
    order = {report: n for n, report in enumerate(reporters)}
    given = sorted(answers.values(), key=lambda a: (order.get(a.report, len(order)), a.at, a.id))
    if terms.whose == FIRST:
        return given[0] if given[0].report in reporters[:1] else min(given, key=lambda a: (a.at, a.id))
    if terms.whose == WORST:
        return max(given, key=_badness)
    bad = [a for a in given if _reworks(a, terms)]
    return bad[0] if 2 * len(bad) >= len(given) else next(a for a in given if a not in bad)


def judge_at(
    answers: Mapping[str, Answer], reporters: Sequence[str], terms: Terms, demand: Demand | None = None
) -> dt.datetime | None:
    """When the answers are judged; None: when the window is over, because somebody who counts may still answer. What
    the desk has said of the demand decides at once, or waits for a second person."""
    counts = counted(answers, reporters, terms)
    if counts and demand:
        return demand.at + terms.second_look if demand.state == PROPOSED else demand.at
    if counts is None or not _decided(counts, answers, reporters, terms):
        return None
    deciding = [counts] if terms.whose == FIRST else list(answers.values())
    return max(answer.at + _wait(answer, terms) for answer in deciding)


def _decided(counts: Answer, answers: Mapping[str, Answer], reporters: Sequence[str], terms: Terms) -> bool:
    """Whether no answer that is still to come can change what is judged."""
    waiting = [report for report in reporters if report not in answers]
    if not waiting:
        return True
    if terms.whose == FIRST:
        return counts.report == reporters[0]
    if terms.whose == WORST:
        return counts.solved == "no" and counts.satisfaction == DISSATISFIED
    alike = sum(_reworks(a, terms) == _reworks(counts, terms) for a in answers.values())
    return 2 * alike > len(answers) + len(waiting)


def _wait(answer: Answer, terms: Terms) -> dt.timedelta:
    """So long an answer can still be changed; the desk looks at a dissatisfied one that no call-taker has taken."""
    settle = terms.settle.get(answer.channel, NOTHING)
    looked_at = answer.channel != DESK and may_be_unreasonable(answer.solved, answer.satisfaction)
    return max(settle, terms.look) if looked_at else settle


def _reworks(answer: Answer, terms: Terms) -> bool:
    return judge(answer.solved, answer.satisfaction, terms.dissatisfied_is_rework).rework


def _badness(answer: Answer) -> tuple[int, int, str]:
    return _SOLVED[answer.solved], _CONTENT[answer.satisfaction], answer.id
