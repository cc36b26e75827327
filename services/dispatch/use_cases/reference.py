"""Reference data: grids and members again, which dispatch owns; the limits of categories, of which it has copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.dispatch.domain.policy_data import Problem
from services.dispatch.domain.rule_set import mistakes_in
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.entering import say_areas, say_members
from shared.messaging.message import Heard


def keep_categories(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Copies of the limits that categories set themselves."""
    with open_work() as work:
        work.put_categories([vars(message) for message in work.first_time(heard)])
        work.commit()


def check_rules(section: Any, work: Work) -> list[Problem]:
    """What is wrong in a section `dispatch` of a rule set; empty when it can come into force."""
    return mistakes_in(section)


def resay_grids(open_work: OpenWork) -> int:
    """Every grid again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.areas().values()
        say_areas(rows, work)
        work.commit()
    return len(rows)


def resay_members(open_work: OpenWork) -> int:
    """Every member again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.members().values()
        say_members(rows, work)
        work.commit()
    return len(rows)
