"""What is wrong in the section `dispatch` of a rule set: each part is read by whoever decides by it."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain import conduct, ladder_data, policy_data
from services.dispatch.domain.policy_data import Problem
from services.dispatch.domain.project_rules import project_problems
from services.dispatch.domain.score_rules import scoring_problems


def mistakes_in(section: Any) -> list[Problem]:
    """All that is wrong in the parts that are there; empty when the section can come into force."""
    if not isinstance(section, dict):
        return [((), "the section is no mapping", "write dispatch: {limits: …, ladder: …}")]
    policies = policy_data.problems_of(section["assignment"]) if "assignment" in section else []
    parts = [*scoring_problems(section.get("scores")), *project_problems(section.get("projects"))]
    return [*ladder_data.problems(section), *policies, *conduct.problems(section), *parts]
