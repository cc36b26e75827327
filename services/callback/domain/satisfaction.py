"""What the reporter's answer means: the case ends, or it goes out again (重办). Always with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from services.callback.domain.words import both

SOLVED = ("yes", "partly", "no")
SATISFACTION = ("satisfied", "mostly_satisfied", "dissatisfied", "unrated")
UNRATED, DISSATISFIED = "unrated", "dissatisfied"
ERASED = both("诉求人信息已删除", "what was known of the reporter has been erased")
NOBODY_ANSWERED = both("回访期已过,无人应答", "the window is over and nobody has answered")


@dataclass(frozen=True)
class Verdict:
    """Whether the case is handled once more, and why (not)."""

    rework: bool
    why: str


def judge(solved: str, satisfaction: str, dissatisfied_is_rework: bool) -> Verdict:
    """Not solved is always handled again; dissatisfied, though solved, only where the town's rule says so."""
    if solved == "no":
        return Verdict(True, both("诉求人认为未解决", "the reporter says that it is not solved"))
    if satisfaction == DISSATISFIED and dissatisfied_is_rework:
        return Verdict(True, both("诉求人不满意", "the reporter is dissatisfied"))
    return Verdict(False, both("已回访", "the reporter has answered"))
