"""What is wrong in the section `notify` of a rule set: each part is read by whoever decides by it."""

from __future__ import annotations

from typing import Any

from services.notify.domain.unread_data import Problem, problems


def mistakes_in(section: Any) -> list[Problem]:
    """All that is wrong; empty when the section can come into force."""
    if not isinstance(section, dict):
        return [((), "the section is no mapping", "write notify: {unread: {…}}")]
    found: list[Problem] = [((key,), f"nobody reads {key!r}", "use unread") for key in section.keys() - {"unread"}]
    return [*found, *(problems(section["unread"], ("unread",)) if "unread" in section else ())]
