"""Notify's read side: one function, one question."""

from __future__ import annotations

from typing import Any

from services.notify.channels import notice_event
from services.notify.domain.facts import Facts, facts_of
from services.notify.domain.kinds import KINDS
from services.notify.domain.reporters import REPORTER
from services.notify.domain.templates import LANGUAGES, PARTS, Templates, surface_of
from services.notify.domain.transitions import path_of
from services.notify.errors import KindUnknown, NoSuchNotice, VersionUnknown
from services.notify.store import SQL, Work, shipped
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def notices_after(work: UnitOfWork, member: str, after: int, limit: int) -> dict[str, Any]:
    """What a member has been told after a notice, in order; `last` is the number of the newest there is."""
    rows = work.dicts(SQL.notices_after, member=member, after=after, limit=limit)
    notices = [notice_event(row, work.address).data | {"id": row["id"], "at": row["created_at"]} for row in rows]
    return {"notices": notices, "last": work.one(SQL.last_notice, member=member)[0]}


def channels(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every account: what waits there, since when, and why nothing goes. Nothing secret, and no address."""
    return work.dicts(SQL.account_states)


def deliveries(
    work: UnitOfWork, state: str | None, person: str | None, number: str | None, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """The newest first; `before`: only those before this id."""
    about = {"state": state, "person": person, "number": number, "before": before}
    return work.dicts(SQL.deliveries_listed, **about, limit=limit)


def delivery(work: UnitOfWork, delivery_id: str) -> dict[str, Any] | None:
    """One delivery, its attempts, and the other channels on which the same thing was said."""
    found = work.dicts(SQL.delivery_by_id, id=delivery_id)
    if not found:
        return None
    attempts, steps = (work.dicts(query, id=delivery_id) for query in (SQL.attempts_of, SQL.steps_of))
    return found[0] | {"history": attempts, "steps": steps}


def sent(
    work: UnitOfWork, number: str | None, person: str | None, with_sources: bool, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """What went out about a case, or to a person, or both, and what became of it: the newest first. Neither an address
    nor the link of a reporter. `with_sources`: what sources were told, too."""
    about = {"number": number, "person": person, "before": before, "limit": limit}
    ids = [i for (i,) in work.all(SQL.sent_ids_of_case if number else SQL.sent_ids_of_person, **about)]
    rows = work.dicts(SQL.sent_notices, ids=ids) if ids else []
    others = (SQL.sent_notifications, SQL.sent_deliveries, *([SQL.sent_feedback] if number and with_sources else []))
    rows += [{"notice_number": None, "level": None} | row for query in others for row in work.dicts(query, **about)]
    return sorted(rows, key=lambda row: str(row["id"]), reverse=True)[:limit]


def is_person(work: UnitOfWork, name: str) -> bool:
    """Whether something can go out to somebody of this name."""
    return name == REPORTER or bool(work.all(SQL.place_of_member, person=name))


def lies_within(work: UnitOfWork, area: str, number: str | None, person: str | None) -> bool:
    """Whether the case lies in the area; without a case, whether the member works there."""
    query = SQL.place_of_case if number else SQL.place_of_member
    places = work.all(query, number=number, person=person)
    return any(area in path_of(place, dict(work.all(SQL.area_parents))) for (place,) in places)


def notifications(
    work: UnitOfWork, state: str | None, receiver: str | None, number: str | None, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """What was to be heard on channels, the newest first, and what became of it; `before`: those before this id."""
    about = {"state": state, "receiver": receiver, "number": number, "before": before}
    return work.dicts(SQL.notifications_listed, **about, limit=limit)


def silences(work: UnitOfWork, ended: bool, limit: int) -> list[dict[str, Any]]:
    """In force or still to come, and with `ended` those of before; `keeps`: how many notifications each keeps back."""
    return work.dicts(SQL.silences_listed, ended=ended, limit=limit)


def templates(work: Work) -> list[dict[str, Any]]:
    """Every kind, with the version of its words in force and those of the town's own."""
    own = work.dicts(SQL.template_versions, kind=None)
    states = {(row["kind"], row["version"]): row["state"] for row in own}
    listed = []
    for kind in shipped().kinds:
        versions = {version: state for (of, version), state in states.items() if of == kind}
        in_force = next((version for version, state in versions.items() if state == "published"), 0)
        drafts = sorted(version for version, state in versions.items() if state == "draft")
        listed.append({"kind": kind, "in_force": in_force, "newest": max(versions, default=0), "drafts": drafts})
    return listed


def template(work: Work, kind: str, version: int | None) -> dict[str, Any]:
    """The words of a version of a kind, the one in force without a number, and what became of all of them. Raises
    NotifyError."""
    in_force = _in_force(work, kind)
    shown = in_force if version is None else version
    found = work.template_version(kind, shown)
    if found is None:
        raise VersionUnknown(kind, shown)
    about = {"kind": kind, "version": shown, "in_force": in_force, "words": found.words}
    versions, history = (work.dicts(query, kind=kind) for query in (SQL.template_versions, SQL.template_history))
    return about | {"versions": versions, "history": history}


def preview(work: Work, kind: str, version: int | None, number: str | None, url: str) -> dict[str, Any]:
    """What these words say on every channel, with the newest notice about a case or with examples, and with a link.
    Raises NotifyError."""
    in_force = _in_force(work, kind)
    shown = in_force if version is None else version
    found = work.template_version(kind, shown)
    if found is None:
        raise VersionUnknown(kind, shown)
    facts, origin = _facts(work, kind, number)
    words = work.templates().with_words([found])
    rows = [_said(words, kind, channel, language, facts, url) for channel in ("", *KINDS) for language in LANGUAGES]
    return {"kind": kind, "version": shown, "with": origin, "rows": rows}


def _in_force(work: Work, kind: str) -> int:
    if kind not in shipped().kinds:
        raise KindUnknown(kind)
    return int(work.dicts(SQL.template_state, kind=kind)[0]["in_force"])


def _facts(work: Work, kind: str, number: str | None) -> tuple[Facts, str]:
    """What a preview is filled in with, and what that is."""
    if number is None:
        return facts_of(kind), "examples"
    row = work.one(SQL.latest_notice, kind=kind, number=number)
    if row is None:
        raise NoSuchNotice(kind, number)
    return row[0], f"the notice of {row[1]:%Y-%m-%d %H:%M} UTC about {number}"


def _said(words: Templates, kind: str, channel: str, language: str, facts: Facts, url: str) -> dict[str, Any]:
    said, on = words.render(kind, channel, language, facts, url), surface_of(channel, language)
    unit = "bytes" if on.room.in_bytes else "characters"
    parts = []
    for part in PARTS:
        if text := getattr(said, part):
            room = f" of {getattr(on.room, part)}" if channel else ""
            parts.append({"part": part, "length": f"{on.size(text)}{room} {unit}", "said": text})
    return {"channel": channel, "language": language, "parts": parts}


def gauges(work: UnitOfWork) -> list[Gauge]:
    """What has not arrived yet."""
    return _feedback(work) + _deliveries(work) + _notifications(work) + _unread(work)


def _unread(work: UnitOfWork) -> list[Gauge]:
    """What is watched because nobody has read it yet, and for how long the oldest of it has been."""
    rows = work.all(SQL.count_unread)
    return [
        (
            "wangge_unread_notices",
            "Notices that ask for something, are watched, and have not been read, by level.",
            ["level"],
            [([level], count) for level, count, _ in rows],
        ),
        ("wangge_unread_notices_oldest_age_seconds", "Age of the oldest.", ["level"], [([lv], a) for lv, _, a in rows]),
    ]


def _deliveries(work: UnitOfWork) -> list[Gauge]:
    """What waits for its channel or is uncertain, and how long the oldest that waits has been waiting."""
    rows = work.all(SQL.count_deliveries)
    ages = [([channel], age) for channel, state, _, age in rows if state == "created"]
    return [
        (
            "wangge_channel_deliveries",
            "Deliveries on channels that wait (created), are under way (sending, accepted) or uncertain.",
            ["channel", "state"],
            [([channel, state], count) for channel, state, count, _ in rows],
        ),
        ("wangge_channel_deliveries_oldest_age_seconds", "Age of what has waited longest.", ["channel"], ages),
    ]


def _notifications(work: UnitOfWork) -> list[Gauge]:
    """What waits in the pipeline, and how late the pipeline is."""
    rows = work.all(SQL.count_notifications)
    return [
        (
            "wangge_notifications",
            "Notifications that wait, by state and why: held for a group, quiet hours or a digest, silenced.",
            ["state", "why"],
            [([state, why], count) for state, why, count, _ in rows],
        ),
        (
            "wangge_notifications_oldest_due_seconds",
            "How long the oldest notification that is due has been waiting to be looked at.",
            [],
            [([], max((late for _, _, _, late in rows), default=0.0))],
        ),
    ]


def _feedback(work: UnitOfWork) -> list[Gauge]:
    """Feedback that is on its way, by source, and how long the oldest has been waiting."""
    rows = work.all(SQL.count_feedback)
    oldest = max((age for _, _, _, age in rows), default=0.0)
    return [
        (
            "wangge_feedback_undelivered",
            "Feedback that its source's queue has not taken yet, by source and state.",
            ["source", "state"],
            [([source, state], count) for source, state, count, _ in rows],
        ),
        ("wangge_feedback_undelivered_oldest_age_seconds", "Age of the oldest of them.", [], [([], oldest)]),
    ]
