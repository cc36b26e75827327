"""What is wrong in a town's projects.yaml, by dispatch's own reading."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.dispatch.adapters.projects import read_entries, told
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.project_entries import Known, enter
from services.dispatch.domain.project_rules import Watching
from shared import marked


def wrong_in(projects: marked.Marked, members: set[str], areas: set[str], calendar: dict[str, Any]) -> list[str]:
    """As if nothing had been entered yet: a line for each mistake, with the line where it stands."""
    given, problems = read_entries(projects.value)
    if not problems:
        known = Known({}, {}, members, areas, Calendar.of(calendar), Watching(), dt.datetime.now(dt.UTC))
        ids = (str(number) for number in range(len(given)))
        problems = told(enter(given, ids, known, "check", past=True).refused)
    return marked.told("projects.yaml", "projects", projects, problems)
