"""Several reports of one group that are one report: bursts of one camera, a person's messages in a chat.

The first of a group opens a case at once (an urgent one must not wait), the others are added to it. The same camera
and category within ten minutes is the same report (practice of video platforms); while the case is open, a camera opens
no other for hours (inhibition). Once the case has ended, the window counts from its end too: a burst that goes on
when the desk has rejected it stays one, a new fire is a new case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from services.intake.domain.opening import NewCase
from services.intake.domain.registration import OTHER, Source

MOST_MEDIA = 20  # of one case; more of a burst say nothing new
Key = tuple[str, str]  # source, external id
GroupKey = tuple[str, str]  # source, group


@dataclass(frozen=True)
class Rule:
    """For how long reports of a group are one; whether the words of later ones are added to the case."""

    window: dt.timedelta
    inhibition: dt.timedelta
    adds_words: bool


RULES = {
    "camera": Rule(dt.timedelta(minutes=10), dt.timedelta(hours=24), adds_words=False),
    "chat": Rule(dt.timedelta(minutes=5), dt.timedelta(0), adds_words=True),
}
ALONE = Rule(dt.timedelta(0), dt.timedelta(0), adds_words=False)


class Group(NamedTuple):
    """What is known of a group: the external id of the report that opened its case, when the first and the last of its
    reports were made, and when the case ended (None: it is open)."""

    leader: str
    first_at: dt.datetime
    last_at: dt.datetime
    ended_at: dt.datetime | None = None


class Sorted(NamedTuple):
    """`leading` open cases of their own; `following` join that of their leader; `groups` as they are now."""

    leading: list[NewCase]
    following: list[tuple[NewCase, Key]]
    groups: dict[GroupKey, Group]


def rule_of(source: Source) -> Rule:
    """That of the source's kind, as its settings change it: `grouping: {window_minutes: 10, inhibition_hours: 24}`."""
    rule, told = RULES.get(source.kind, ALONE), source.settings.get("grouping", {})
    if "window_minutes" in told:
        rule = replace(rule, window=dt.timedelta(minutes=told["window_minutes"]))
    if "inhibition_hours" in told:
        rule = replace(rule, inhibition=dt.timedelta(hours=told["inhibition_hours"]))
    return rule


def same(group: Group, at: dt.datetime, rule: Rule) -> bool:
    """Whether a report made at this time belongs to the group's case."""
    soon = at - group.last_at <= rule.window
    if group.ended_at is not None:
        return soon and at - group.ended_at <= rule.window
    return soon or at - group.first_at <= rule.inhibition


def keys_of(opened: Iterable[NewCase]) -> set[GroupKey]:
    """The groups of these reports; most have none."""
    return {(new.report.source, new.report.group) for new in opened if new.report.group}


def sort_out(
    opened: Sequence[NewCase],
    groups: Mapping[GroupKey, Group],
    known: set[Key],
    sources: Mapping[str, Source],
    now: dt.datetime,
) -> Sorted:
    """Which reports open a case of their own; `known` were told before and keep their case, whatever it is."""
    leading, following = [], []
    changed: dict[GroupKey, Group] = {}
    for new in opened:
        report = new.report
        if not report.group or (report.source, report.external_id) in known:
            leading.append(new)
            continue
        key, at = (report.source, report.group), min(report.reported_at or now, now)
        group = changed.get(key) or groups.get(key)
        if group and same(group, at, rule_of(sources[report.source])):
            following.append((new, (report.source, group.leader)))
            changed[key] = group._replace(first_at=min(group.first_at, at), last_at=max(group.last_at, at))
        else:
            leading.append(new)
            changed[key] = Group(report.external_id, at, at)
    return Sorted(leading, following, changed)


def amend(case: Mapping[str, Any], new: NewCase, adds_words: bool) -> dict[str, Any]:
    """What a later report of its group changes in a case: pictures always; words, place and category only while it
    waits for the desk, for then nobody else has heard them yet."""
    media = list(dict.fromkeys([*case["media"], *new.report.media]))[:MOST_MEDIA]
    changed = {"media": media, "occurrences": case["occurrences"] + 1}
    if not adds_words or case["state"] != "submitted":
        return changed
    changed["description"] = f"{case['description']}\n{new.description}"
    if case["title"].startswith("["):  # `[图片]`: a picture without words
        changed["title"] = new.title
    if case["category"] == OTHER:
        meaning = new.meaning
        changed |= {"category": meaning.category.code, "level": meaning.level, "kind": meaning.kind}
    if case["lon"] is None and new.located.lon is not None:
        changed |= {"lon": new.located.lon, "lat": new.located.lat, "grid_id": new.located.grid_id}
        changed |= {"desk_reason": new.located.desk_reason}
        changed |= {"place_text": case["place_text"] or new.report.place_text}
    return changed
