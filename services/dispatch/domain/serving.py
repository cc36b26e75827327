"""Service orders (点单, 私人订制): an item of the town's service list, and who runs it.

Rules: practice of the town (domain.md section 1): 点单 is item, place, slot and runner; some items are green channels
(绿色通道), whose orders go first. What the town's services.yaml says of an item is copied onto the case when it is
ordered, so that another list changes only what is ordered later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.dispatch.domain.limits import Duration
from services.dispatch.domain.stretches import Stretch

if TYPE_CHECKING:
    from services.dispatch.domain.posts import Member

GREEN, NORMAL = "green", "normal"
LANES = (GREEN, NORMAL)
IN_AREAS = ("worker", "leader", "guide")  # roles of those who work in an area; all others work in the whole town


@dataclass(frozen=True)
class Runners:
    """Who runs an item: the members named, and those with one of the roles who work in the areas; without areas, those
    of the order's own grid, and of the whole town those who are there for all of it."""

    roles: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Runners:
        return cls(*(tuple(document.get(name) or ()) for name in ("roles", "members", "areas")))

    def able(self, members: Iterable[Member], around: Collection[str]) -> list[Member]:
        """Who of these may run it. `around`: the grid of the order and what it is a part of."""
        return [m for m in members if m.member_id in self.members or (m.role in self.roles and self._there(m, around))]

    def _there(self, member: Member, around: Collection[str]) -> bool:
        if not self.areas and member.role not in IN_AREAS:
            return True
        areas = self.areas or around
        return member.unit in areas or (member.above or "") in areas


@dataclass(frozen=True)
class Errand:
    """What choosing a runner needs to know of an order; `slot` is its appointment, if it has one."""

    item: str
    runners: Runners
    slot: Stretch | None = None

    @classmethod
    def of(cls, service: Mapping[str, Any] | None) -> Errand | None:
        """From what is kept with the case; None for a case that is no service order."""
        return cls(service["item"], Runners.of(service["runners"]), slot_of(service)) if service else None

    def busy(self, appointments: Sequence[Stretch]) -> bool:
        """Whether somebody with these appointments is elsewhere then."""
        slot = self.slot
        return slot is not None and any(slot.meets(other) for other in appointments)


def slot_of(service: Mapping[str, Any]) -> Stretch | None:
    """The appointment of an order."""
    return Stretch.of(service["slot"]) if service.get("slot") else None


def ordered(item: Mapping[str, Any], wish: Mapping[str, Any], areas: Sequence[str]) -> dict[str, Any]:
    """What is kept with a case that orders this item of the list; `wish` is what its source said, `areas` are those of
    the item's runners with all that lies in them."""
    runners = item["runners"]
    return {
        "item": item["code"],
        "name_zh": item["name_zh"],
        "name_en": item["name_en"],
        "green": item["lane"] == GREEN or bool(wish.get("green")),
        "limit": item["limit"],
        "runners": {"roles": runners["roles"], "members": runners["members"], "areas": list(areas)},
        "place": wish.get("place"),
        "slot": None,
    }


def limit_of(service: Mapping[str, Any] | None) -> Duration | None:
    """The limit of the item itself; the strictest of all limits applies."""
    return Duration.read(service["limit"]) if service and service["limit"] else None


def is_green(service: Mapping[str, Any] | None) -> bool:
    """Whether an order goes by a green channel."""
    return bool(service and service["green"])
