"""A rule set is looked at before it comes into force."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain import conduct
from services.dispatch.domain.score_rules import Problem
from services.dispatch.store import Work
from services.dispatch.use_cases.scoring import score_problems


def check_rules(section: Any, work: Work) -> list[Problem]:
    """What is wrong in a section `dispatch`; empty when it can come into force."""
    if not isinstance(section, dict):
        return [Problem((), "the section is no mapping", "write dispatch: {limits: …, ladder: …}")]
    return [*score_problems(section), *(Problem(*problem) for problem in conduct.problems(section))]
