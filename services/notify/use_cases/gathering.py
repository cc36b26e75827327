"""What the pipeline has to know of notifications before it decides: cases, receivers, what is left of limits."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.notify.domain.deciding import URGENT
from services.notify.domain.pipeline.reaching import PHONE, contact_of, group_of, left_of, reach_of
from services.notify.domain.pipeline.routes import GROUP
from services.notify.domain.pipeline.steps import Left, Matched, Reach
from services.notify.domain.pipeline.subject import DEADLINES, Item, Subject
from services.notify.domain.templates import LANGUAGES, Templates
from services.notify.domain.transitions import path_of
from services.notify.store import Row, Work
from services.notify.use_cases.delivering import TARGET
from shared.sealing import KeyRing, SealError

log = logging.getLogger(__name__)

Place = tuple[str, str]  # an ear and its first way


class Receivers:
    """Members who are to hear something. What reaches them is opened only when it is asked for."""

    def __init__(
        self,
        members: Mapping[str, Row],
        channels: Mapping[str, str],
        units: Mapping[str, str],
        areas: Mapping[str, str | None],
        keys: KeyRing,
    ):
        self._members, self._channels, self._units, self.areas, self._keys = members, channels, units, areas, keys
        self._opened: dict[tuple[str, str], str] = {}
        self._reach: dict[str, Reach] = {}

    @classmethod
    def of(cls, ids: Collection[str], keys: KeyRing, work: Work) -> Receivers:
        return cls(work.receivers(ids), work.way_channels(), work.unit_ways(), work.area_parents(), keys)

    def knows(self, member: str) -> bool:
        return member in self._members

    def role(self, member: str) -> str:
        return str(self._members.get(member, {}).get("role") or "")

    def language(self, member: str) -> str:
        asked = self._members.get(member, {}).get("language")
        return asked if asked in LANGUAGES else LANGUAGES[0]

    def channel(self, way: str) -> str:
        """The kind of the accounts of a way."""
        return self._channels[way]

    def reach(self, member: str) -> Reach:
        if member not in self._reach:
            row = self._members.get(member)
            contacts = {*row["chats"], *([PHONE] if row["phone"] else [])} if row else set()
            area = path_of(row["grid_id"], self.areas) if row else ()
            group = group_of(self.role(member), area, self._units)
            self._reach[member] = reach_of(row["active"] if row else None, contacts, self._channels, group)
        return self._reach[member]

    def target(self, member: str, way: str) -> tuple[str, str]:
        """The way, and whom it reaches there."""
        if way == GROUP:
            return self.reach(member).group, ""
        contact = contact_of(self._channels[way])
        if not contact:
            return way, ""
        if (member, contact) not in self._opened:
            row = self._members[member]
            sealed = row["phone"] if contact == PHONE else row["chats"][contact]
            self._opened[member, contact] = self._open(sealed, f"member:{member}", contact)
        return way, self._opened[member, contact]

    def _open(self, sealed: str, record: str, field: str) -> str:
        """Nothing where it cannot be opened: the engine then says that it reaches nobody, and tries the next way."""
        try:
            return self._keys.open(sealed, record, field)
        except SealError as error:
            log.warning("the %s of %s cannot be opened: %s", field, record, error)
            return ""


def items_of(rows: Sequence[Row], receivers: Receivers, work: Work) -> list[tuple[Item, str | None]]:
    """As the pipeline sees them, each with the route that it went by before."""
    cases, templates = work.piped_cases({row["number"] for row in rows if row["number"]}), work.templates()
    return [(_item(row, cases.get(row["number"]) or {}, receivers, templates), row["route"]) for row in rows]


def left_of_limits(able: Sequence[Matched], receivers: Receivers, keys: KeyRing, work: Work) -> dict[Place, Left]:
    """By ear and first way, of those that could be held for a digest."""
    asked = {
        (one.ear, one.ways[0]): receivers.target(one.item.subject.receiver, one.ways[0])
        for one in able
        if one.route and one.route.digest and one.item.subject.level not in URGENT and not one.item.gathered
    }
    if not asked:
        return {}
    accounts = work.limits_of({way for way, _ in asked.values()})
    targets = {place: keys.blind(f"{way}/{target}", TARGET) for place, (way, target) in asked.items()}
    ids = {way: [row for row in accounts if row["way"] == way] for way, _ in asked.values()}
    scopes = {
        (row["account_id"], scope)
        for place, (way, _) in asked.items()
        for row in ids[way]
        for scope in ("", targets[place])
    }
    buckets, now = work.buckets(scopes), work.now()
    found = {
        place: left_of([(row["limits"], buckets.get(row["account_id"], {})) for row in ids[way]], targets[place], now)
        for place, (way, _) in asked.items()
    }
    return {place: left for place, left in found.items() if left}


def _item(row: Row, case: Row, receivers: Receivers, templates: Templates) -> Item:
    facts: Mapping[str, Any] = row["facts"]
    subject = Subject(
        kind=row["kind"],
        receiver=row["receiver"],
        role=receivers.role(row["receiver"]),
        number=row["number"] or "",
        level=row["level"] or case.get("level") or "",
        category=row["category"] or case.get("category") or "",
        area=path_of(case.get("grid_id") or facts.get("grid_id"), receivers.areas),
        place=str(facts.get("place_text") or ""),
        sources=tuple(case.get("sources") or ()),
    )
    return Item(
        id=row["id"],
        event_id=row["event_id"],
        subject=subject,
        created_at=row["created_at"],
        words_key=row["words_key"] or _words_key(row, templates),
        part=row["part"],
        is_notice=row["notice_number"] is not None,
        state=row["state"],
        gathered=row["gathered"],
        group_key=row["group_key"],
        deadline=_moment(facts.get(DEADLINES.get(row["kind"], "due_at"))),
        parent=case.get("parent") or "",
        ended=bool(case.get("ended")),
        has_words=templates.has(row["kind"]),
        tried=tuple(facts.get("tried") or ()),
    )


def _words_key(row: Row, templates: Templates) -> str:
    words = templates.texts(row["kind"], row["facts"]).zh if templates.has(row["kind"]) else ""
    again = str(row["facts"].get("again", ""))  # what nobody has read, said once more
    told = "\0".join((row["kind"], row["number"] or "", row["part"], words, again))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _moment(text: Any) -> dt.datetime | None:
    """None of what is no moment."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
