"""Who gets the work, who checks it, who stands above whom; always with the reason.

Those whose work it is → leader 网格长 → township desk. As a rule these are the workers 网格员 on duty of the grid, or
of the micro grids in it; which of them, the town's policy says (domain/policy.py). The checker is always somebody else
than the handler.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from services.dispatch.domain import ranking
from services.dispatch.domain.policy import BY_HAND, TOWN, UNWRITTEN, Matter, Point, Policies, Policy, metres, skilled
from services.dispatch.domain.words import DEPARTMENTS, both

WORKER, LEADER, DESK, CHECKER = "worker", "leader", "desk", "checker"
RANKS = {WORKER: 1, LEADER: 2, DESK: 3}
NO_GRID = {
    "no_position": ("没有位置", "it has no position"),
    "outside_grids": ("不在任何网格内", "it lies in no grid"),
    "ambiguous_address": ("地址不能确定到一个网格", "its address does not mean exactly one grid"),
}
Words = tuple[str, str]  # Chinese, English


@dataclass(frozen=True)
class Member:
    """A grid member; `unit` is the area that the member works in, `above` the grid that it is a part of, if it is a
    micro grid, `middle` its middle. Without `skills` (codes of categories or classes) a member may do everything."""

    member_id: str
    role: str
    unit: str
    on_duty: bool
    skills: tuple[str, ...] = ()
    above: str | None = None
    middle: Point | None = None


@dataclass(frozen=True)
class Choice:
    """A member, the level that the member was found at, and why it is this one: by which policy, among whom."""

    member: Member
    level: str
    why: str
    policy: str = ""
    considered: tuple[dict[str, Any], ...] = ()


def _above(choice: Choice, round_: int) -> str:
    """Why somebody who stands above the last handler gets the next round."""
    (zh, _, en), rounds = choice.why.partition(" / "), round_ - 1
    return both(f"已办 {rounds} 轮未解决,由上级办理:{zh}", f"{rounds} rounds have not helped, so from above: {en}")


def with_words(why: str, *words: str | None) -> str:
    """Why somebody handles it once more, with what the reporter has said: whoever gets it must know."""
    said = ";".join(word for word in words if word)
    zh, _, en = why.partition(" / ")
    return both(f"{zh}。诉求人:{said}", f"{en}. The reporter: {said}") if said else why


class Lately:
    """How much each member was given lately (orders, halved every week), and who got something last."""

    def __init__(self, given: Mapping[str, tuple[float, float]]):
        """`given`: member → (orders, seconds since 1970 of the last one)."""
        self._orders = Counter({member: orders for member, (orders, _) in given.items()})
        self._last = {member: last for member, (_, last) in given.items()}
        self._next = count(max(self._last.values(), default=0.0) + 1)

    def of(self, member_id: str) -> tuple[float, float]:
        return self._orders[member_id], self._last.get(member_id, 0.0)

    def note(self, member_id: str) -> None:
        self._orders[member_id] += 1
        self._last[member_id] = next(self._next)


class Roster:
    """Members with what each has to do now; counted on with every choice, so that a batch is spread evenly.

    `parents`: micro grid → its grid, of the cases' areas."""

    def __init__(
        self,
        members: Iterable[Member],
        handling: dict[str, int],
        checking: dict[str, int],
        given: Mapping[str, tuple[float, float]] | None = None,
        policies: Policies | None = None,
        parents: Mapping[str, str] | None = None,
    ):
        self._all = sorted(members, key=lambda member: member.member_id)
        self._by_post: dict[tuple[str, str], list[Member]] = defaultdict(list)
        self._by_role: dict[str, list[Member]] = defaultdict(list)
        self._known = {member.member_id: member for member in self._all}
        for member in self._all:
            self._by_post[member.role, member.unit].append(member)
            self._by_role[member.role].append(member)
            if member.above and member.role == WORKER:
                self._by_post[member.role, member.above].append(member)
        self._handling, self._checking, self._watching = Counter(handling), Counter(checking), Counter(handling)
        self._lately, self.policies, self._parents = Lately(given or {}), policies or Policies(), parents or {}

    def member(self, member_id: str | None) -> Member | None:
        return self._known.get(member_id or "")

    def mans(self, grid_id: str) -> bool:
        """Whether anybody works in this grid, on duty or not."""
        return any(self._by_post[role, area] for role in (WORKER, LEADER) for area in self._areas(grid_id))

    def handler(self, matter: Matter, but: Collection[str] = ()) -> Choice | None:
        """Who handles it, leaving out the members `but`; None when there is nobody at all."""
        policy = self.policies.about(matter)
        if policy.way == BY_HAND:
            return self._desk(("按规则由坐席指派", "to be given out by hand"), but, policy.name)
        for members, level, words in self._posts(matter, policy):
            if able := self._able(members, matter, but):
                return self._best(policy, matter, able, level, words)
        return self._desk(NO_GRID.get(matter.desk_reason or "", ("网格无可派人员", "nobody left in the grid")), but)

    def again(self, member_id: str, unit: str, matter: Matter, round_: int, superior: bool = False) -> Choice | None:
        """Who handles the next round: the same member, another of the same unit, the unit's leader, whoever is on duty;
        None when none of them is there. `superior`: the same unit has tried twice, now whoever stands above the member
        does."""
        last = self.member(member_id)
        if superior and (above := self.above(member_id, matter.grid_id, LEADER)):
            return self._given(replace(above, why=_above(above, round_)))
        if last and last.on_duty:
            why = both(f"第 {round_ - 1} 轮由其办理", f"handled round {round_ - 1}")
            return self._given(Choice(last, last.role, why))
        before = (f"第 {round_ - 1} 轮办理单位", f"the unit of round {round_ - 1}")
        for role in dict.fromkeys((last.role if last else WORKER, WORKER, LEADER)):
            if able := self._able(self._by_post[role, unit], matter, (member_id,)):
                whom = ("负责人", "its leader") if role == LEADER else ("在岗人员", "on duty there")
                words = (f"{before[0]}{whom[0]}", f"{before[1]}, {whom[1]}")
                return self._best(self.policies.about(matter), matter, able, role, words)
        return None

    def finder(self, member_id: str | None) -> Choice | None:
        """The member who found and settled the matter on the spot."""
        member = self.member(member_id)
        return Choice(member, member.role, both("现场发现并处置", "found and settled on the spot")) if member else None

    def chosen(self, member: Member, why: str) -> Choice:
        """A member whom somebody has named, or who has named itself."""
        return self._given(Choice(member, member.role, why))

    def checker(self, grid_id: str | None, handler: str) -> Choice | None:
        """Who checks the work: the grid's leader, a checker, the desk, another leader; never the handler."""
        posts = [
            (self._leaders(grid_id), LEADER, ("本网格网格长", "leader of the grid")),
            (self._by_role[CHECKER], CHECKER, ("在岗核查员", "checkers on duty")),
            (self._by_role[DESK], DESK, ("在岗坐席", "desk members on duty")),
            (self._by_role[LEADER], LEADER, ("其他网格长", "leaders of other grids")),
        ]
        for members, level, words in posts:
            if candidates := self._on_duty(members, (handler,)):
                return self._least(candidates, self._checking, level, words)
        return None

    def of_unit(self, unit: str, but: str) -> Choice | None:
        """Somebody on duty in a unit (the area that its members work in, or a department by its role): workers before
        leaders before others; None when nobody is there, `but` left out."""
        working = (WORKER, LEADER, DESK, *DEPARTMENTS)
        members = [m for m in self._all if m.unit == unit or (m.role == unit and unit in (DESK, *DEPARTMENTS))]
        members = [member for member in members if member.role in working]
        for role in sorted({member.role for member in members}, key=lambda role: RANKS.get(role, 1)):
            if candidates := self._on_duty([member for member in members if member.role == role], (but,)):
                return self._least(candidates, self._handling, role, (f"{unit} 在岗人员", f"on duty in {unit}"))
        return None

    def desk(self, but: str) -> Choice | None:
        """The coordination desk, on duty or not."""
        desk = [member for member in self._by_role[DESK] if member.member_id != but]
        words = ("镇级协调", "coordinated by the desk")
        return self._least(self._on_duty(desk, ()) or desk, self._handling, DESK, words) if desk else None

    def approver(self, grid_id: str | None, asker: str) -> Choice | None:
        """Who approves what the handler asks for: the grid's leader, the desk, another leader; never the asker."""
        posts = [
            (self._leaders(grid_id), LEADER, ("本网格网格长", "leader of the grid")),
            (self._by_role[DESK], DESK, ("在岗坐席", "desk members on duty")),
            (self._by_role[LEADER], LEADER, ("其他网格长", "leaders of other grids")),
        ]
        for members, level, words in posts:
            if candidates := self._on_duty(members, (asker,)):
                return self._least(candidates, Counter(self._checking), level, words)
        return None

    def above(self, handler: str, grid_id: str | None, level: str, but: Collection[str] = ()) -> Choice | None:
        """Somebody at `level` or higher who ranks above the handler, leaving out `but`; None when nobody does."""
        member = self.member(handler)
        rank = RANKS.get(member.role, 1) if member else 1
        leaders = self._on_duty(self._leaders(grid_id), (handler, *but))
        if level == LEADER and rank < RANKS[LEADER] and leaders:
            return self._least(leaders, self._watching, LEADER, ("网格长", "leader of the grid"))
        desk = self._by_role[DESK]
        if rank < RANKS[DESK] and desk:
            return self._least(self._on_duty(desk, ()) or desk, self._watching, DESK, ("镇级坐席", "township desk"))
        return None

    def may_take(self, matter: Matter, to: str, among: str, but: Collection[str] = ()) -> list[Member]:
        """Everybody on duty who may take such work out of the pool, those with the least in hand first."""
        if to in DEPARTMENTS or among == TOWN:
            members = [*self._by_role[to], *self._by_role[LEADER]]
        else:
            members = [member for area in self._areas(matter.grid_id) for member in self._by_post[to, area]]
            members += self._leaders(matter.grid_id)
        able = {member.member_id: member for member in self._able(members, matter, but)}
        return sorted(able.values(), key=lambda member: (self._handling[member.member_id], member.member_id))

    def _posts(self, matter: Matter, policy: Policy) -> Iterator[tuple[list[Member], str, Words]]:
        """Where to look for a handler, one level after the other, and in which words."""
        if policy.to != WORKER:
            yield self._by_role[policy.to], policy.to, (f"在岗人员({policy.to})", f"{policy.to} on duty")
        else:
            for area in self._areas(matter.grid_id):
                yield self._by_post[WORKER, area], WORKER, ("网格在岗网格员", f"workers on duty in {area}")
        yield self._leaders(matter.grid_id), LEADER, ("无可派人员,交网格长", "nobody left; leader")

    def _areas(self, grid_id: str | None) -> list[str]:
        """The area of a case, and the grid that it is a part of if it is a micro grid."""
        above = self._parents.get(grid_id or "")
        return [area for area in (grid_id, above) if area]

    def _leaders(self, grid_id: str | None) -> list[Member]:
        return [member for area in self._areas(grid_id) for member in self._by_post[LEADER, area]]

    def _desk(self, because: Words, but: Collection[str], policy: str = "") -> Choice | None:
        """Somebody at the desk: nothing is ever nowhere."""
        members = [member for member in self._by_role[DESK] if member.member_id not in but]
        on_duty = [member for member in members if member.on_duty]
        words = (f"{because[0]},交镇级坐席", f"{because[1]}; desk")
        if not on_duty:
            words = (f"{because[0]},坐席均不在岗", f"{because[1]}; nobody at the desk is on duty")
        by = Policy(name=policy) if policy else UNWRITTEN
        return self._best(by, Matter(None), on_duty or members, DESK, words) if members else None

    def _on_duty(self, members: Sequence[Member], but: Collection[str]) -> list[Member]:
        return [member for member in members if member.on_duty and member.member_id not in but]

    def _able(self, members: Sequence[Member], matter: Matter, but: Collection[str]) -> list[Member]:
        return [m for m in self._on_duty(members, but) if skilled(m.skills, matter.category)]

    def _best(self, policy: Policy, matter: Matter, members: Sequence[Member], level: str, words: Words) -> Choice:
        """The first by the policy, counted on."""
        ranked = ranking.rank(policy, [self._candidate(member, matter) for member in members])
        member, why = self._known[ranked[0].candidate.member_id], ranking.why(policy, ranked, words)
        return self._given(Choice(member, level, why, policy.name, ranking.considered(ranked)))

    def _candidate(self, member: Member, matter: Matter) -> ranking.Candidate:
        lately, last = self._lately.of(member.member_id)
        far = metres(matter.place, member.middle) if matter.place and member.middle else None
        has = self._handling[member.member_id]
        return ranking.Candidate(member.member_id, has, lately, last, bool(member.skills), far)

    def _given(self, choice: Choice) -> Choice:
        self._handling[choice.member.member_id] += 1
        self._lately.note(choice.member.member_id)
        return choice

    def _least(self, members: Sequence[Member], load: Counter[str], level: str, words: Words) -> Choice:
        """The one with the least in hand, counted on; of equal ones the lower id."""
        chosen = min(members, key=lambda member: (load[member.member_id], member.member_id))
        has = load[chosen.member_id]
        load[chosen.member_id] += 1
        zh, en = words
        why = both(f"{zh}:{len(members)} 人中在手最少({has} 件)", f"{en}: least open work ({has}) of {len(members)}")
        return Choice(chosen, level, why)
