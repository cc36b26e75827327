"""Reports of one group become one case: the first opens it, the others are added (domain/grouping.py says which).

Both functions work inside the transaction that registers the reports, and cost nothing for reports without a group.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.intake.domain import grouping as rules
from services.intake.domain.opening import NewCase
from services.intake.domain.registration import Source
from services.intake.store import Work
from services.intake.use_cases.media import link_media
from services.intake.use_cases.telling import Key, tell_joined


class Following(NamedTuple):
    """A report, the (source, external id) of the one that opened its case, and its row."""

    new: NewCase
    leader: Key
    row: dict[str, Any]


def sort_out(
    opened: Sequence[NewCase], sources: Mapping[str, Source], work: Work, now: dt.datetime
) -> tuple[Sequence[NewCase], Sequence[tuple[NewCase, Key]]]:
    """Reports that open a case of their own, and those that join one, with its leader; their groups are locked now."""
    keys = rules.keys_of(opened)
    if not keys:
        return opened, ()
    groups = work.lock_groups(keys)
    known = work.known_reports([_key(new) for new in opened if new.report.group])
    found = rules.sort_out(opened, groups, known, sources, now)
    work.put_groups(found.groups)
    return found.leading, found.following


def attach(
    following: Sequence[Following], sources: Mapping[str, Source], work: Work, now: dt.datetime
) -> dict[Key, dict[str, Any]]:
    """The reports are added to their leaders' cases, and answered; gives the case of each that was new."""
    if not following:
        return {}
    cases = work.lock_cases_of_reports([each.leader for each in following])
    rows = [each.row | {"case_id": cases[each.leader]["id"], "grouped": True} for each in following]
    fresh = work.add_reports(rows)
    added = [each for each in following if each.row["id"] in fresh]
    history = [step for each in added for step in _amend(cases[each.leader], each.new, sources, now)]
    work.add_history(history)
    joined = {_key(each.new): cases[each.leader] for each in added}
    changed = {case["id"]: case for case in joined.values()}
    said = {case_id: case["said"] for case_id, case in changed.items()}
    tell_joined(joined, sources, work, now, said)
    link_media([case | {"settled": None} for case in changed.values()], work, now)
    work.amend_cases([case | {"said": said[case_id]} for case_id, case in changed.items()])
    return joined


def _amend(case: dict[str, Any], new: NewCase, sources: Mapping[str, Source], now: dt.datetime) -> list[dict[str, Any]]:
    """The case with one more report; gives the step of its history that keeps the words, where there are new ones."""
    rule = rules.rule_of(sources[new.report.source])
    case |= rules.amend(case, new, rule.adds_words)
    if not rule.adds_words:
        return []
    step = {"case_id": case["id"], "at": now, "round": case["round"], "from_state": case["state"]}
    step |= {"to_state": case["state"], "cause": "report added", "who": new.report.source, "note": new.description}
    return [step]


def _key(new: NewCase) -> Key:
    return new.report.source, new.report.external_id
