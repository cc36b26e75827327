"""The town's rules about projects: the part `projects` of the section `dispatch` of a rule set (towns/format.md).
Without a ladder of its own, tasks are watched by the steps of the town's ladder that watch what is not resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.escalation import NOT_RESOLVED, Step
from services.dispatch.domain.ladder_data import step_problems
from services.dispatch.domain.limits import Quiet
from services.dispatch.domain.policy_data import Problem


@dataclass(frozen=True)
class Watching:
    """What is copied onto a task when it is entered."""

    ladder: tuple[Step, ...] = ()
    quiet: Quiet | None = None

    @classmethod
    def of(cls, section: dict[str, Any]) -> Watching:
        """Of a section without problems."""
        own = (section.get("projects") or {}).get("ladder")
        steps = [Step.of(step) for step in own or section.get("ladder") or ()]
        return cls(tuple(s for s in steps if s.when == NOT_RESOLVED), Quiet.of(section.get("quiet_hours")))


def project_problems(part: Any) -> list[Problem]:
    """All that is wrong in a part `projects`; with problems it must not be used."""
    if part is None:
        return []
    if not isinstance(part, dict) or set(part) != {"ladder"}:
        return [(("projects",), "this is no ladder", "write projects: {ladder: […]}")]
    return list(step_problems(part["ladder"], ("projects", "ladder"), (NOT_RESOLVED,)))
