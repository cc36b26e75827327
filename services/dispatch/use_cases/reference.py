"""Reference data: grids and members, which dispatch owns; the limits of categories, of which it has copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.dispatch import messages
from services.dispatch.domain.areas import area_of
from services.dispatch.domain.policy_data import Problem
from services.dispatch.domain.rule_set import mistakes_in
from services.dispatch.store import OpenWork, Row, Work
from shared.messaging.message import Heard
from shared.sealing import KeyRing, SealError


def keep_categories(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Copies of the limits that categories set themselves."""
    with open_work() as work:
        work.put_categories([vars(message) for message in work.first_time(heard)])
        work.commit()


def load_town(
    grids: list[Row], members: list[Row], calendar: dict[str, Any], keys: KeyRing, open_work: OpenWork
) -> dict[str, int]:
    """Grids, members and calendar of a town folder; every record that has changed is said. Raises ValueError."""
    with open_work() as work:
        changed_grids = work.put_grids([row | {"area": area_of(row["geometry"])} for row in grids])
        known = work.sealed_phones()
        changed_members = work.put_members([_sealed(row, known.get(row["member_id"]), keys) for row in members])
        new_calendar = work.put_calendar(calendar)
        _say_grids(changed_grids, work)
        _say_members(changed_members, work)
        work.commit()
    changed = len(changed_grids) + len(changed_members) + new_calendar
    return {"grids": len(grids), "members": len(members), "changed": changed}


def check_rules(section: Any, work: Work) -> list[Problem]:
    """What is wrong in a section `dispatch` of a rule set; empty when it can come into force."""
    return mistakes_in(section)


def resay_grids(open_work: OpenWork) -> int:
    """Every grid again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.all_grids()
        _say_grids(rows, work)
        work.commit()
    return len(rows)


def resay_members(open_work: OpenWork) -> int:
    """Every member again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.all_members()
        _say_members(rows, work)
        work.commit()
    return len(rows)


def _sealed(row: Row, known: str | None, keys: KeyRing) -> Row:
    """The phone as it is stored already, if it is the same and the current key has sealed it:
    a member is said only when something has changed."""
    record, phone = f"member:{row['member_id']}", row["phone"]
    try:
        if known and keys.is_current(known) and keys.open(known, record, "phone") == phone:
            return row | {"phone": known}
    except SealError:
        pass  # sealed with a key that is gone
    return row | {"phone": keys.seal(phone, record, "phone") if phone else None}


def _say_grids(rows: Sequence[Row], work: Work) -> None:
    work.say(messages.GridChanged.say(work.address, row["grid_id"], None, None, **row) for row in rows)


def _say_members(rows: Sequence[Row], work: Work) -> None:
    work.say(messages.MemberChanged.say(work.address, row["member_id"], None, None, **row) for row in rows)
