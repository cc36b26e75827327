"""Who gets the work, who checks it, who stands above whom; always with the reason.

Those whose work it is → leader 网格长 → township desk. As a rule these are the workers 网格员 on duty of the grid, or
of the micro grids in it; which of them, the town's policy says (domain/policy.py). The checker is always somebody else
than the handler.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.dispatch.domain import ranking
from services.dispatch.domain.policy import BY_HAND, TOWN, UNWRITTEN, Matter, Policies, Policy, metres, skilled
from services.dispatch.domain.posts import CHECKER, DESK, LEADER, LEADS, WORKER, Member, Posts
from services.dispatch.domain.serving import Errand
from services.dispatch.domain.stretches import Stretch
from services.dispatch.domain.words import DEPARTMENTS, both

RUNNER = "runner"  # who runs a service item, whatever the post
RANKS = {WORKER: 1, LEADER: 2, DESK: 3}
WORKING = (WORKER, LEADER, DESK, *DEPARTMENTS)
NO_GRID = {
    "no_position": ("没有位置", "it has no position"),
    "outside_grids": ("不在任何网格内", "it lies in no grid"),
    "ambiguous_address": ("地址不能确定到一个网格", "its address does not mean exactly one grid"),
}
Words = tuple[str, str]  # Chinese, English


@dataclass(frozen=True)
class Choice:
    """A member, the level that the member was found at, and why it is this one: by which policy, among whom."""

    member: Member
    level: str
    why: str
    policy: str = ""
    considered: tuple[dict[str, Any], ...] = ()


def _from_above(choice: Choice, round_: int) -> str:
    """Why somebody who stands above the last handler gets the next round."""
    (zh, _, en), rounds = choice.why.partition(" / "), round_ - 1
    return both(f"已办 {rounds} 轮未解决,由上级办理:{zh}", f"{rounds} rounds have not helped, so from above: {en}")


def with_words(why: str, *words: str | None) -> str:
    """Why somebody handles it once more, with what the reporter has said: whoever gets it must know."""
    said = ";".join(word for word in words if word)
    zh, _, en = why.partition(" / ")
    return both(f"{zh}。诉求人:{said}", f"{en}. The reporter: {said}") if said else why


class Roster(Posts):
    """Members with what each has to do now; counted on with every choice, so that a batch is spread evenly.

    `busy`: member → appointments that it keeps."""

    def __init__(
        self,
        members: Iterable[Member],
        handling: dict[str, int],
        checking: dict[str, int],
        given: Mapping[str, tuple[float, float]] | None = None,
        policies: Policies | None = None,
        parents: Mapping[str, str] | None = None,
        busy: Mapping[str, Sequence[Stretch]] | None = None,
        deputies: Mapping[str, str] | None = None,
    ):
        super().__init__(members, parents or {}, deputies or {})
        self._handling, self._checking, self._watching = Counter(handling), Counter(checking), Counter(handling)
        self._lately, self.policies = ranking.Lately(given or {}), policies or Policies()
        self._busy = defaultdict(list, {member: list(times) for member, times in (busy or {}).items()})

    def handler(self, matter: Matter, but: Collection[str] = ()) -> Choice | None:
        """Who handles it, leaving out the members `but`; None when there is nobody at all."""
        if matter.errand:
            return self._runner(matter, but)
        policy = self.policies.about(matter)
        if policy.way == BY_HAND:
            return self._desk(("按规则由坐席指派", "to be given out by hand"), but, policy.name)
        for members, level, words in self._posts(matter, policy):
            if able := self._able(members, matter, but):
                return self._best(policy, matter, able, level, words)
        return self._desk(NO_GRID.get(matter.desk_reason or "", ("网格无可派人员", "nobody left in the grid")), but)

    def again(
        self, member_id: str, unit: str, matter: Matter, round_: int, above: Sequence[str] | None = None
    ) -> Choice | None:
        """Who handles the next round: the same member, another of the same unit, the unit's leader, whoever is on duty;
        None when none of them is there. `above`: the same unit has tried twice, now whoever stands above the member in
        these areas does."""
        last = self.member(member_id)
        if above is not None and (superior := self.above(member_id, above, LEADER)):
            return self._given(replace(superior, why=_from_above(superior, round_)))
        if last and last.on_duty:
            why = both(f"第 {round_ - 1} 轮由其办理", f"handled round {round_ - 1}")
            return self._given(Choice(last, last.role, why))
        if (deputy := self.deputy(member_id)) and deputy.role in WORKING:
            return self._given(Choice(deputy, deputy.role, _instead(deputy)))
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
        everybody = (*self._all, *self._stand_ins())
        members = [m for m in everybody if m.unit == unit or (m.role == unit and unit in (DESK, *DEPARTMENTS))]
        members = [member for member in members if member.role in WORKING]
        for role in sorted({member.role for member in members}, key=lambda role: RANKS.get(role, 1)):
            if candidates := self._on_duty([member for member in members if member.role == role], (but,)):
                return self._least(candidates, self._handling, role, (f"{unit} 在岗人员", f"on duty in {unit}"))
        return None

    def desk(self, but: str) -> Choice | None:
        """The coordination desk, on duty or not."""
        desk = [member for member in self._by_role[DESK] if member.member_id != but]
        words = ("镇级协调", "coordinated by the desk")
        return self._least(self._on_duty(desk, ()) or desk, self._handling, DESK, words) if desk else None

    def leads(self, unit: str, but: Collection[str]) -> Choice | None:
        """Who leads a unit and is on duty."""
        leaders = self._on_duty(self._leaders(unit), but)
        words = (f"{unit} 负责人", f"leads {unit}")
        return self._least(leaders, Counter(self._checking), LEADER, words) if leaders else None

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

    def above(self, handler: str, areas: Sequence[str], level: str, but: Collection[str] = ()) -> Choice | None:
        """Somebody who stands above the handler: whoever is there and leads the nearest of these areas (from the inside
        outwards), then the desk; with `level` desk that one at once. Never the handler, nor the members `but`; None
        when nobody stands above."""
        member = self.member(handler)
        if member and member.role == DESK:
            return None
        for area in self._outer(member, areas) if level != DESK else ():
            if leading := self._on_duty([m for role in LEADS for m in self._by_post[role, area]], (handler, *but)):
                return self._least(leading, self._watching, LEADER, (f"{area} 负责人", f"leads {area}"))
        desk = [one for one in self._by_role[DESK] if one.member_id not in but]
        words = ("镇级坐席", "township desk")
        return self._least(self._on_duty(desk, ()) or desk, self._watching, DESK, words) if desk else None

    def may_take(self, matter: Matter, to: str, among: str, but: Collection[str] = ()) -> list[Member]:
        """Everybody on duty who may take such work out of the pool, those with the least in hand first."""
        if to in DEPARTMENTS or among == TOWN:
            members = [*self._by_role[to], *self._by_role[LEADER]]
        else:
            members = [member for area in self._areas(matter.grid_id) for member in self._by_post[to, area]]
            members += self._leaders(matter.grid_id)
        able = {member.member_id: member for member in self._able(members, matter, but)}
        return sorted(able.values(), key=lambda member: (self._handling[member.member_id], member.member_id))

    def is_busy(self, member_id: str, errand: Errand) -> bool:
        """Whether a member keeps another appointment at the time of this order."""
        return errand.busy(self._busy[member_id])

    def _runner(self, matter: Matter, but: Collection[str]) -> Choice | None:
        """Who runs a service item: of its runners who are on duty and free at its time, the one with the least in hand;
        without any, whoever would have got the matter otherwise."""
        assert matter.errand
        able = self._on_duty(matter.errand.runners.able(self._all, self._areas(matter.grid_id)), but)
        if free := [member for member in able if not matter.errand.busy(self._busy[member.member_id])]:
            words = ("空闲服务人员", f"free runners of {matter.errand.item}")
            choice = self._best(UNWRITTEN, matter, free, RUNNER, words)
            if matter.errand.slot:
                self._busy[choice.member.member_id].append(matter.errand.slot)
            return choice
        others = (*but, *(member.member_id for member in able))
        otherwise = self.handler(replace(matter, errand=None), others)
        because = both("无空闲服务人员", "no runner is free")
        return replace(otherwise, why=f"{because}; {otherwise.why}") if otherwise else None

    def _posts(self, matter: Matter, policy: Policy) -> Iterator[tuple[list[Member], str, Words]]:
        """Where to look for a handler, one level after the other, and in which words."""
        if policy.to != WORKER:
            yield self._by_role[policy.to], policy.to, (f"在岗人员({policy.to})", f"{policy.to} on duty")
        else:
            for area in self._areas(matter.grid_id):
                yield self._by_post[WORKER, area], WORKER, ("网格在岗网格员", f"workers on duty in {area}")
        yield self._leaders(matter.grid_id), LEADER, ("无可派人员,交网格长", "nobody left; leader")

    def _desk(self, because: Words, but: Collection[str], policy: str = "") -> Choice | None:
        """Somebody at the desk: nothing is ever nowhere."""
        members = [member for member in self._by_role[DESK] if member.member_id not in but]
        on_duty = [member for member in members if member.on_duty]
        words = (f"{because[0]},交镇级坐席", f"{because[1]}; desk")
        if not on_duty:
            words = (f"{because[0]},坐席均不在岗", f"{because[1]}; nobody at the desk is on duty")
        by = Policy(name=policy) if policy else UNWRITTEN
        return self._best(by, Matter(None), on_duty or members, DESK, words) if members else None

    def _able(self, members: Sequence[Member], matter: Matter, but: Collection[str]) -> list[Member]:
        return [m for m in self._on_duty(members, but) if skilled(m.skills, matter.category)]

    def _best(self, policy: Policy, matter: Matter, members: Sequence[Member], level: str, words: Words) -> Choice:
        """The first by the policy, counted on."""
        ranked = ranking.rank(policy, [self._candidate(member, matter) for member in members])
        member = next(member for member in members if member.member_id == ranked[0].candidate.member_id)
        why = "; ".join(filter(None, (_instead(member), ranking.why(policy, ranked, words))))
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
        return Choice(chosen, level, "; ".join(filter(None, (_instead(chosen), why))))


def _instead(member: Member) -> str:
    away = member.instead_of
    return both(f"{away} 请假,由其代理", f"stands in for {away} on leave") if away else ""
