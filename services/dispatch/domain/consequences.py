"""What follows from cards, failed checks, reworks and transfers (domain.md section 4): letters, interviews 约谈, public
notices, problem cases, and the points of units. The thresholds are the town's data, the section `supervision`.

Whatever counts is a mark: it was made when it happened, and is judged once, beside the line, with all marks before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from services.dispatch.domain.escalation import INTERVIEW, LETTER, PUBLIC_NOTICE, RED_CARD, YELLOW_CARD
from services.dispatch.domain.order import Change
from services.dispatch.domain.words import both

YELLOW, RED, TRANSFER, PENALTY = "yellow", "red", "transfer", "penalty"
REWORK, PROBLEM = "rework", "problem"  # PROBLEM: the rework with which callback calls it a problem case
PROBLEM_CASE = "problem_case"
HANDLER, HEAD, NOBODY = "handler", "head", "nobody"  # whom a consequence is about: the one of the mark, the unit's head
BY_MEASURE = {YELLOW_CARD: YELLOW, RED_CARD: RED, LETTER: LETTER, INTERVIEW: INTERVIEW, PUBLIC_NOTICE: PUBLIC_NOTICE}


@dataclass(frozen=True)
class Thresholds:
    """How many of what have which consequence; 0: it has none. `letter_points` are what a letter gives the unit."""

    yellows: int = 2  # on one case: letter
    letter_points: float = -1
    reds: int = 1  # on one case: interview of the handler
    reds_in_a_row: int = 3  # of a unit: interview of its head
    transfers: int = 3  # without a lead: problem case

    @classmethod
    def of(cls, section: dict[str, Any] | None) -> Thresholds:
        """Of a section without problems; what it does not say is as domain.md has it."""
        parts = section or {}
        letter, interview, problem = (parts.get(name) or {} for name in ("letter", "interview", "problem_case"))
        return cls(
            letter.get("yellows", cls.yellows),
            letter.get("points", cls.letter_points),
            interview.get("reds", cls.reds),
            interview.get("reds_in_a_row", cls.reds_in_a_row),
            problem.get("transfers", cls.transfers),
        )


class Mark(NamedTuple):
    """Something that counts: what, of which unit and member, the points that the step itself gives, why; for transfers
    `number`, the how many-th of its order."""

    kind: str
    unit: str
    member_id: str
    points: float
    why: str
    number: int = 0


class SoFar(NamedTuple):
    """What has come until now, this mark included: on the case, and for reds of the unit since it last did well."""

    yellows: int
    reds: int
    reds_in_a_row: int


class Consequence(NamedTuple):
    """What follows, about whom, the points that the unit gets by it, and why, for people."""

    measure: str
    about: str
    points: float
    why: str


def mark_of(change: Change, rework: bool, problem: bool = False) -> Mark | None:
    """What counts of a change; `rework`: it is the beginning of a round that the reporter asked for; `problem`: so many
    rounds have not helped (callback's rule, `problem_after`) that it is a problem case now."""
    order, said = change.order, change.said
    if change.kind == "escalated":
        kind, points = BY_MEASURE.get(said["measure"]), said.get("points", 0)
        if kind or points:
            return Mark(kind or PENALTY, said["unit"], said["from_member_id"], points, change.note)
    elif change.kind == "sent_back":
        why = both(f"核查未通过:{change.note}", f"the check has failed: {change.note}")
        return Mark(YELLOW, order.unit, order.member_id, 0, why)
    elif change.kind == "transferred":
        return Mark(TRANSFER, order.unit, order.member_id, 0, change.note, order.transfers)
    elif rework and change.before is None:
        why = both(f"第 {order.round - 1} 次重办", f"rework no. {order.round - 1}")
        return Mark(PROBLEM if problem else REWORK, order.unit, order.member_id, 0, why)
    return None


def did_well(change: Change) -> bool:
    """Whether a unit's row of reds ends with this: it has done an order that was never red."""
    return change.kind == "verified" and change.order.supervision != RED


def follow(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    """What follows from a mark."""
    if mark.kind in (LETTER, INTERVIEW, PUBLIC_NOTICE):
        return [Consequence(mark.kind, HANDLER, mark.points, mark.why)]
    own = [Consequence(PENALTY, HANDLER, mark.points, mark.why)] if mark.points else []
    return [*own, *_FOLLOW.get(mark.kind, _nothing)(mark, so_far, rules)]


def _nothing(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    return []


def _after_yellow(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    if not _reached(so_far.yellows, rules.yellows):
        return []
    why = both(f"本件黄牌 {so_far.yellows} 次", f"{so_far.yellows} yellow cards on this case")
    return [Consequence(LETTER, HANDLER, rules.letter_points, why)]


def _after_red(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    found = []
    if _reached(so_far.reds, rules.reds):
        why = both(f"本件红牌 {so_far.reds} 次", f"{so_far.reds} red card{'s' * (so_far.reds > 1)} on this case")
        found.append(Consequence(INTERVIEW, HANDLER, 0, why))
    if _reached(so_far.reds_in_a_row, rules.reds_in_a_row):
        n = so_far.reds_in_a_row
        why = both(f"单位连续红牌 {n} 次", f"{n} red cards of the unit in a row")
        found.append(Consequence(INTERVIEW, HEAD, 0, why))
    return found


def _after_problem(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    return [Consequence(PROBLEM_CASE, NOBODY, 0, mark.why)]


def _after_transfer(mark: Mark, so_far: SoFar, rules: Thresholds) -> list[Consequence]:
    if not rules.transfers or mark.number < rules.transfers:
        return []
    why = both(f"转办 {mark.number} 次仍无主办单位", f"{mark.number} transfers without a lead")
    return [Consequence(PROBLEM_CASE, NOBODY, 0, why)]


def _reached(count: int, threshold: int) -> bool:
    """At every so many-th: after two cards, and again after four."""
    return threshold > 0 and count % threshold == 0


_FOLLOW = {YELLOW: _after_yellow, RED: _after_red, PROBLEM: _after_problem, TRANSFER: _after_transfer}
