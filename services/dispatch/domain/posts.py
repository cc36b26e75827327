"""Who works where: members in their posts, and those who stand in for somebody on leave, in that one's post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.dispatch.domain.policy import Point

WORKER, LEADER, DESK, CHECKER = "worker", "leader", "desk", "checker"
LEADS = (LEADER, "guide")  # the leader of a grid 网格长, the guide of a village 指导员


@dataclass(frozen=True)
class Member:
    """A grid member; `unit` is the area that the member works in, `above` the grid that it is a part of, if it is a
    micro grid, `middle` its middle. Without `skills` (codes of categories or classes) a member may do everything.
    `instead_of`: the member on leave for whom this one stands in, in that one's role and unit."""

    member_id: str
    role: str
    unit: str
    on_duty: bool
    skills: tuple[str, ...] = ()
    above: str | None = None
    middle: Point | None = None
    instead_of: str | None = None


class Posts:
    """`parents`: micro grid → its grid, of the cases' areas. `deputies`: member on leave → who stands in, for the post,
    too: whoever is on duty is found in the post of the one on leave as well."""

    def __init__(self, members: Iterable[Member], parents: Mapping[str, str], deputies: Mapping[str, str]):
        self._parents = parents
        self._all = sorted(members, key=lambda member: member.member_id)
        self._by_post: dict[tuple[str, str], list[Member]] = defaultdict(list)
        self._by_role: dict[str, list[Member]] = defaultdict(list)
        self._known = {member.member_id: member for member in self._all}
        self._deputies = {away: who for away, who in deputies.items() if {away, who} <= self._known.keys()}
        for member in (*self._all, *self._stand_ins()):
            self._enter(member, self._by_post[member.role, member.unit])
            self._enter(member, self._by_role[member.role])
            if member.above and member.role == WORKER:
                self._enter(member, self._by_post[member.role, member.above])

    def member(self, member_id: str | None) -> Member | None:
        return self._known.get(member_id or "")

    def deputy(self, member_id: str) -> Member | None:
        """Who stands in for a member on leave, in that one's post; None without one, or when that one is away, too."""
        away, deputy = self._known.get(member_id), self._known.get(self._deputies.get(member_id, ""))
        if away is None or deputy is None or away.on_duty or not deputy.on_duty:
            return None
        return replace(away, member_id=deputy.member_id, on_duty=True, instead_of=member_id)

    def posts(self, member_id: str) -> list[Member]:
        """A member, and those for whom it stands in, each in its role and unit."""
        own = [self._known[member_id]] if member_id in self._known else []
        return [*own, *(stand_in for stand_in in self._stand_ins() if stand_in.member_id == member_id)]

    def acts_for(self, member_id: str, other: str | None) -> bool:
        """Whether a member is this other one, or stands in for it."""
        return member_id == other or any(post.instead_of == other for post in self.posts(member_id)[1:])

    def _stand_ins(self) -> list[Member]:
        return [deputy for away in sorted(self._deputies) if (deputy := self.deputy(away))]

    @staticmethod
    def _enter(member: Member, post: list[Member]) -> None:
        """Nobody stands twice in a post."""
        if all(other.member_id != member.member_id for other in post):
            post.append(member)

    def mans(self, grid_id: str) -> bool:
        """Whether anybody works in this grid, on duty or not."""
        return any(self._by_post[role, area] for role in (WORKER, LEADER) for area in self._areas(grid_id))

    def is_at_desk(self, member_id: str) -> bool:
        return any(member.member_id == member_id for member in self._by_role[DESK])

    def head(self, unit: str) -> str | None:
        """Who leads a unit, on duty or not."""
        return next((m.member_id for role in LEADS for m in self._by_post[role, unit]), None)

    def _areas(self, grid_id: str | None) -> list[str]:
        """The area of a case, and the grid that it is a part of if it is a micro grid."""
        above = self._parents.get(grid_id or "")
        return [area for area in (grid_id, above) if area]

    def _outer(self, member: Member | None, areas: Sequence[str]) -> Sequence[str]:
        """The areas in which somebody may stand above a member: for one who leads, those around the own one."""
        if member is None or member.role not in LEADS:
            return areas
        return areas[areas.index(member.unit) + 1 :] if member.unit in areas else areas[1:]

    def _leaders(self, grid_id: str | None) -> list[Member]:
        return [member for area in self._areas(grid_id) for member in self._by_post[LEADER, area]]

    def _on_duty(self, members: Sequence[Member], but: Collection[str]) -> list[Member]:
        return [member for member in members if member.on_duty and member.member_id not in but]
