"""What the reporter's answer means: the case ends, or it goes out again (重办), to whom. Always with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from services.callback.domain.words import both

SOLVED = ("yes", "partly", "no")
SATISFACTION = ("satisfied", "mostly_satisfied", "dissatisfied", "unrated")
UNRATED, DISSATISFIED = "unrated", "dissatisfied"
UNIT, SUPERIOR = "unit", "superior"  # who handles the next round
PROPOSED, REASONABLE, UNREASONABLE = "proposed", "reasonable", "unreasonable"  # what the desk says of a demand
ERASED = both("诉求人信息已删除", "what was known of the reporter has been erased")
NOBODY_ANSWERED = both("回访期已过,无人应答", "the window is over and nobody has answered")


CLOCKS = dt.timedelta(seconds=5)  # by which the clocks of two databases may differ


@dataclass(frozen=True)
class Verdict:
    """Whether the case is handled once more, and why (not); `counts`: whether the answer is in the denominators."""

    rework: bool
    why: str
    counts: bool = True


@dataclass(frozen=True)
class Next:
    """Who handles the next round; `problem`: so many rounds have not helped that it is a problem case, one level up."""

    to: str
    problem: bool
    why: str


def judge(solved: str, satisfaction: str, dissatisfied_is_rework: bool, demand: str | None = None) -> Verdict:
    """Not solved is always handled again; dissatisfied, though solved, where the town's rule says so, unless two of the
    desk have found the demand unreasonable: then it ends, and is not counted. A demand that nobody has looked at, or
    that only one has called unreasonable, counts as reasonable."""
    if solved == "no":
        return Verdict(True, both("诉求人认为未解决", "the reporter says that it is not solved"))
    if satisfaction == DISSATISFIED and demand == UNREASONABLE:
        why = both("不满意,诉求经两人复核不合理", "dissatisfied; two found the demand unreasonable")
        return Verdict(False, why, counts=False)
    if satisfaction == DISSATISFIED and (dissatisfied_is_rework or demand == REASONABLE):
        return Verdict(True, both("诉求人不满意", "the reporter is dissatisfied"))
    return Verdict(False, both("已回访", "the reporter has answered"))


def may_be_unreasonable(solved: str, satisfaction: str) -> bool:
    """Whether there is a demand to look at: it is solved, at least partly, and still the reporter is not content."""
    return solved != "no" and satisfaction == DISSATISFIED


def after(round_: int, problem_after: int) -> Next:
    """Who handles the matter after this round: once more the same unit, then whoever stands above it."""
    if round_ >= problem_after:
        why = both(f"已办 {round_} 轮仍未解决,疑难件提级", f"{round_} rounds have not helped: a problem case")
        return Next(SUPERIOR, True, why)
    if round_ == 1:
        return Next(UNIT, False, both("由原单位重办", "the same unit once more"))
    return Next(SUPERIOR, False, both("由上级办理", "whoever stands above that unit"))


def still_holds(answered_at: dt.datetime, resolved_at: str | None) -> bool:
    """Whether what somebody said before the check is about the work that was checked: not about what was sent back,
    and done again since then."""
    return resolved_at is None or answered_at >= dt.datetime.fromisoformat(resolved_at) - CLOCKS
