"""Who gets the work, who checks it, who stands above whom; always with the reason.

Worker 网格员 → leader 网格长 → township desk. On-duty workers of the grid come first, the one with the least open work,
then the lower id; the checker is always somebody else than the handler.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.dispatch.domain.words import both

WORKER, LEADER, DESK, CHECKER = "worker", "leader", "desk", "checker"
RANKS = {WORKER: 1, LEADER: 2, DESK: 3}
NO_GRID = {
    "no_position": ("没有位置", "it has no position"),
    "outside_grids": ("不在任何网格内", "it lies in no grid"),
    "ambiguous_address": ("地址不能确定到一个网格", "its address does not mean exactly one grid"),
}


@dataclass(frozen=True)
class Member:
    """A grid member; `unit` is the area that the member works in."""

    member_id: str
    role: str
    unit: str
    on_duty: bool


@dataclass(frozen=True)
class Choice:
    """A member, the level that the member was found at, and why it is this one."""

    member: Member
    level: str
    why: str


class Roster:
    """Members with what each has to do now; counted on with every choice, so that a batch is spread evenly."""

    def __init__(self, members: Iterable[Member], handling: dict[str, int], checking: dict[str, int]):
        self._all = sorted(members, key=lambda member: member.member_id)
        self._by_post: dict[tuple[str, str], list[Member]] = defaultdict(list)
        self._by_role: dict[str, list[Member]] = defaultdict(list)
        self._known = {member.member_id: member for member in self._all}
        for member in self._all:
            self._by_post[member.role, member.unit].append(member)
            self._by_role[member.role].append(member)
        self._handling, self._checking, self._watching = Counter(handling), Counter(checking), Counter(handling)

    def member(self, member_id: str | None) -> Member | None:
        return self._known.get(member_id or "")

    def mans(self, grid_id: str) -> bool:
        """Whether anybody works in this grid, on duty or not."""
        return bool(self._by_post[WORKER, grid_id] or self._by_post[LEADER, grid_id])

    def handler(self, grid_id: str | None, desk_reason: str | None = None, but: Collection[str] = ()) -> Choice | None:
        """Who handles a case in this grid, leaving out the members `but`; None when there is nobody at all."""
        workers = self._on_duty(self._by_post[WORKER, grid_id or ""], but)
        leaders = self._on_duty(self._by_post[LEADER, grid_id or ""], but)
        desk = self._on_duty(self._by_role[DESK], but)
        if grid_id and workers:
            return self._least(workers, self._handling, WORKER, ("网格在岗网格员", f"workers on duty in {grid_id}"))
        if grid_id and leaders:
            return self._least(leaders, self._handling, LEADER, ("网格无可派网格员,交网格长", "no worker left; leader"))
        because = NO_GRID.get(desk_reason or "", ("网格无可派人员", "nobody left in the grid"))
        if desk:
            return self._least(desk, self._handling, DESK, (f"{because[0]},交镇级坐席", f"{because[1]}; desk"))
        resting = [member for member in self._by_role[DESK] if member.member_id not in but]
        words = (f"{because[0]},坐席均不在岗", f"{because[1]}; nobody at the desk is on duty")
        return self._least(resting, self._handling, DESK, words) if resting else None

    def again(self, member_id: str | None, round_: int) -> Choice | None:
        """The member who handled the case before, if on duty."""
        member = self.member(member_id)
        if member is None or not member.on_duty:
            return None
        why = both(f"第 {round_ - 1} 轮由其办理", f"handled round {round_ - 1}")
        self._handling[member.member_id] += 1
        return Choice(member, member.role, why)

    def finder(self, member_id: str | None) -> Choice | None:
        """The member who found and settled the matter on the spot."""
        member = self.member(member_id)
        return Choice(member, member.role, both("现场发现并处置", "found and settled on the spot")) if member else None

    def checker(self, grid_id: str | None, handler: str) -> Choice | None:
        """Who checks the work: the grid's leader, a checker, the desk, another leader; never the handler."""
        posts = [
            (self._by_post[LEADER, grid_id or ""], LEADER, ("本网格网格长", "leader of the grid")),
            (self._by_role[CHECKER], CHECKER, ("在岗核查员", "checkers on duty")),
            (self._by_role[DESK], DESK, ("在岗坐席", "desk members on duty")),
            (self._by_role[LEADER], LEADER, ("其他网格长", "leaders of other grids")),
        ]
        for members, level, words in posts:
            if candidates := self._on_duty(members, (handler,)):
                return self._least(candidates, self._checking, level, words)
        return None

    def above(self, handler: str, grid_id: str | None, level: str, but: Collection[str] = ()) -> Choice | None:
        """Somebody at `level` or higher who ranks above the handler, leaving out `but`; None when nobody does."""
        member = self.member(handler)
        rank = RANKS.get(member.role, 1) if member else 1
        leaders = self._on_duty(self._by_post[LEADER, grid_id or ""], (handler, *but))
        if level == LEADER and rank < RANKS[LEADER] and leaders:
            return self._least(leaders, self._watching, LEADER, ("网格长", "leader of the grid"))
        desk = self._by_role[DESK]
        if rank < RANKS[DESK] and desk:
            return self._least(self._on_duty(desk, ()) or desk, self._watching, DESK, ("镇级坐席", "township desk"))
        return None

    def _on_duty(self, members: list[Member], but: Collection[str]) -> list[Member]:
        return [member for member in members if member.on_duty and member.member_id not in but]

    def _least(self, members: list[Member], load: Counter[str], level: str, words: tuple[str, str]) -> Choice:
        """The one with the least in hand, counted on; of equal ones the lower id."""
        chosen = min(members, key=lambda member: (load[member.member_id], member.member_id))
        has = load[chosen.member_id]
        load[chosen.member_id] += 1
        zh, en = words
        why = both(f"{zh}:{len(members)} 人中在手最少({has} 件)", f"{en}: least open work ({has}) of {len(members)}")
        return Choice(chosen, level, why)
