"""The life of a work order, whatever members, the desk, the ladder, leaves and calendars do to it, in whatever order:
a machine on a virtual clock holds dispatch against the model of domain.md, sections 3 and 4, in `life_model.py`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.dispatch.domain import by_hand, pool, starting
from services.dispatch.domain import order as orders
from services.dispatch.domain.actions import ACTIONS, act
from services.dispatch.domain.asking import ends_by_itself
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.awaited import remind
from services.dispatch.domain.clock import replayed
from services.dispatch.domain.correction import correct, redate
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.order import COLOURS, Moved, Order
from services.dispatch.domain.policy import Matter, Policies
from services.dispatch.domain.rerouting import reroute
from services.dispatch.domain.supervision import take_step
from tests.unit.life_books import enter
from tests.unit.life_model import AT_WORK, MEANS, OPEN, Life, Town
from tests.unit.life_permits import POSTS, WHEN, Wish, forbids
from tests.unit.life_town import ACKNOWLEDGE, CALENDARS, OFFERING, RESOLVE, RUNGS, START, TOWNS, terms_of
from tests.unit.qiuchuan import GRID, NAMES, OTHER_GRID, case_of, roster

LEVELS = st.sampled_from(["P1", "P3", "P4", "P9"])  # nothing limits P9
UNITS = st.sampled_from([OTHER_GRID, GRID, OTHER_GRID, "desk", "nowhere", ""])
AHEAD = st.sampled_from([30, 600, 2000, 6000, 9000, 30_000, -5])
AND_THEN = {
    "pooled": ["claim"],
    "dispatched": ["acknowledge", "acknowledge", "transfer"],
    "in_progress": ["progress", "suspend", "extend", "assist", "resolve"],
    "suspended": ["resume", "assist_done"],
    "resolved": ["verify"],
    "verified": ["verify"],
    "closed": ["verify"],
    "withdrawn": ["acknowledge"],
}
MEANWHILE = ["shift ends", "leave", "back", "by hand", "corrected", "calendar", "withdrawn"]
PLACES = st.tuples(LEVELS, st.sampled_from([GRID, OTHER_GRID, None]))
WISHES = st.builds(
    Wish,
    UNITS,
    AHEAD,
    st.sampled_from([True, False, False, None]),
    st.sampled_from(["why", "why", "why", " "]),
    st.sampled_from([0] * 9 + [1]),
)


class WorkOrder(RuleBasedStateMachine):
    order: Order
    life: Life

    def __init__(self) -> None:
        super().__init__()
        self.now, self.calendar, self.off, self.absent = START, 0, set[str](), dict[str, str | None]()
        self.journal: list[dict[str, Any]] = []

    # -- how it begins

    @initialize(level=LEVELS, grid=st.sampled_from([GRID, None]), offered=st.booleans())
    def begins(self, level: str, grid: str | None, offered: bool) -> None:
        case, crew = case_of(grid, level=level), self.crew(OFFERING if offered else None)
        self.case, made = case, terms_of(level, self.calendar, self.now)
        self.new_life(level)
        around = Circumstances(crew, self.real_calendar, self.now)
        moved = pool.offered(case, "o1", 1, made, around) if offered else None
        if moved is None:
            choice = crew.handler(Matter(grid))
            assert choice
            moved = starting.start(case, "o1", 1, choice, made, self.now)
        self.starts_with(moved)

    def new_life(self, level: str) -> None:
        minute = self.town.minute(self.now)
        limits = ACKNOWLEDGE.get(level), RESOLVE.get(level)
        self.life = Life(self.town, RUNGS, minute, *limits, wakes=level != "P1", grid=self.case["grid_id"])
        self.journal = []

    def starts_with(self, moved: Moved) -> None:
        (change,) = moved.changes
        assert (change.before, moved.order.version, change.kind) in ((None, 1, "assigned"), (None, 1, "pooled"))
        self.order = moved.order
        if change.kind == "assigned":
            self.life.state, self.life.version = "pooled", 0
            enter(self.life, change, self.minute)

    # -- what is around it

    @property
    def town(self) -> Town:
        return TOWNS[self.calendar]

    @property
    def real_calendar(self) -> Any:
        return CALENDARS[self.calendar]

    @property
    def minute(self) -> float:
        return self.town.minute(self.now)

    def crew(self, policies: Policies | None = None) -> Roster:
        return roster(tuple(self.off), policies=policies)

    # -- what happens

    @rule(minutes=st.sampled_from([1, 10, 100, 100, 700, 700, 3000]))
    def time_passes(self, minutes: int) -> None:
        if self.now < START + dt.timedelta(days=120):
            self.now += dt.timedelta(minutes=minutes)

    @rule()
    def watched(self) -> None:
        """Everything that is due by now comes, and nothing else."""
        for _ in range(12):
            due = {step: moment for step, moment in self.life.pending().items() if moment <= self.minute}
            if self.order.next_at is None or self.order.next_at > self.now:
                assert not due, f"steps {due} are due and nobody takes them"
                return
            if self.order.state == "pooled":
                assert self.order.offer and self.order.offer.until <= self.now
                around = Circumstances(self.crew(), self.real_calendar, self.now)
                self.happens(pool.expired(self.order, around), ["assigned"])
            elif self.order.state == "suspended":
                assert self.life.pauses[-1][1] <= self.minute
                self.happens(ends_by_itself(self.order, self.now, self.real_calendar), ["resumed"])
            else:
                self.step_comes(due)
        raise AssertionError("it never comes to rest")

    def step_comes(self, due: dict[int, float]) -> None:
        step = self.order.next_step
        assert step and step.step in due, f"{step} comes early, or again; due are {due}"
        before, rung = self.order, RUNGS[step.step]
        moved = take_step(self.order, step, self.crew(), self.real_calendar, self.now)
        kinds = [change.kind for change in moved.changes]
        assert kinds == ["escalated"] or (kinds == ["escalated", "assigned"] and rung.hands_over)
        self.happens(moved, kinds, step.step)
        assert COLOURS.index(self.order.supervision) >= COLOURS.index(rung.colour)
        if rung.hands_over and POSTS[before.member_id][0] == "worker":
            assert POSTS[self.order.member_id][0] in ("leader", "desk"), "nobody above has it now"

    @rule()
    def others_are_reminded(self) -> None:
        """Whoever owes help or a decision, of what is due by now."""
        while moved := remind(self.order, Circumstances(self.crew(), self.real_calendar, self.now)):
            self.happens(moved, ["awaited"])
        owed = self.order.awaited
        assert owed is None or (owed.next_at and owed.next_at > self.now)

    @rule(pick=st.integers(0, 99), wish=WISHES)
    def goes_on(self, pick: int, wish: Wish) -> None:
        """What leads on from here, by whom it falls to."""
        choices = AND_THEN[self.life.state]
        what = "approve" if self.life.asked and pick % 3 else choices[pick % len(choices)]
        if what == "extend" and self.life.due is not None:
            wish = wish._replace(ahead=int(self.life.due - self.minute) + pick)
        self.acts(what, wish._replace(passed=pick % 2 == 0))

    @rule(pick=st.integers(0, 99), wish=WISHES)
    def something_is_done(self, pick: int, wish: Wish) -> None:
        """Anything that is possible here, by whom it falls to."""
        possible = sorted(what for what, states in WHEN.items() if self.life.state in states and what != "cancel")
        self.acts(possible[pick % len(possible)] if possible and pick else "cancel", wish)

    @rule(what=st.sampled_from(["transfer", "transfer", "return"]), units=st.lists(UNITS, min_size=2, max_size=4))
    @precondition(lambda self: self.life.state in ("dispatched", "in_progress"))
    def is_passed_around(self, what: str, units: list[str]) -> None:
        """Nobody wants it."""
        for unit in units:
            self.acts(what, Wish(unit, 30, None, "not ours", 0))

    def acts(self, what: str, wish: Wish) -> None:
        asked, helping = self.life.asked, list(self.life.helping.values())
        whose = {"verify": self.life.checker, "cancel": "d1", "claim": "w1", "assist_done": (helping or ["w3"])[0]}
        whose |= dict.fromkeys(("approve", "deny"), asked[2] if asked else "d1")
        self.does(what, whose.get(what, self.life.handler) or "w1", wish)

    @rule(what=st.sampled_from(sorted(ACTIONS)), who=st.sampled_from(NAMES), wish=WISHES)
    def somebody_acts(self, what: str, who: str, wish: Wish) -> None:
        self.does(what, who, wish)

    def does(self, what: str, who: str, wish: Wish) -> None:
        until = self.now + dt.timedelta(minutes=wish.ahead)
        evidence = ("photo",) if wish.says.strip() else ()
        action = Action("k", who, what, self.order.id, None, self.order.version - wish.stale, None, wish.says, evidence)
        action = Action(**vars(action) | {"reason": wish.says, "passed": wish.passed, "to": wish.to, "until": until})
        why_not, before = forbids(self.life, self.minute, self.off, what, who, wish), self.order
        decided = act(self.order, action, Circumstances(self.crew(), self.real_calendar, self.now))
        if isinstance(decided, Refused):
            assert why_not, f"{what} by {who} is refused ({decided}), and nothing forbids it"
            assert decided.code and decided.reason and self.order == before
            return
        assert not why_not, f"{what} by {who} is done although {why_not}"
        expected = MEANS.get(what)
        if what == "approve":
            assert self.life.asked
            expected = ["suspended" if self.life.asked[0] == "suspend" else "extended"]
        elif what == "verify":
            expected = ["verified" if wish.passed else "sent_back"]
        elif what == "cancel":
            expected = [*["assist_released"] * len(self.life.helping), "cancelled"]
        third = what == "transfer" and POSTS[who][0] != "desk" and self.life.transfers >= 2
        self.happens(decided, expected or [])
        if third:
            assert POSTS[self.order.member_id][0] == "desk", "a third transfer goes to the coordination desk"
        elif what == "transfer":
            assert wish.to in (self.order.unit, POSTS[self.order.member_id][0])

    @rule(news=st.sampled_from(MEANWHILE), who=st.sampled_from(NAMES), other=st.sampled_from([None, *NAMES]), to=PLACES)
    def meanwhile(self, news: str, who: str, other: str | None, to: tuple[str, str | None]) -> None:
        """Something comes to it from outside."""
        if news == "corrected" and self.life.state in ("pooled", *AT_WORK, "resolved"):
            self.case_is_corrected(*to)
        elif news == "calendar":
            self.another_calendar()
        elif news == "by hand":
            self.given_by_hand(who)
        elif news == "shift ends":
            self.off.add(who)
        elif news == "leave":
            has_it = self.life.checker if self.life.state == "resolved" else self.life.handler
            gone = has_it or who
            self.off.add(gone)
            self.absent[gone] = other if other != gone else None
        elif news == "back":
            self.off.clear()
            self.absent.clear()
        elif news == "withdrawn" and self.life.state in OPEN and who == NAMES[-1]:
            kinds = [*["assist_released"] * len(self.life.helping), "withdrawn"]
            self.happens(orders.withdrawn(self.order, "merged", self.now), kinds)

    def case_is_corrected(self, level: str, grid: str | None) -> None:
        """Another level, another place: as use_cases/ending.py has it."""
        choice = self.crew().handler(Matter(grid), self.order.returned_by) if grid != self.order.grid_id else None
        if self.life.state == "resolved" or (choice and choice.member.member_id == self.order.member_id):
            choice = None
        fresh = terms_of(level, self.calendar, self.order.started_at)
        moved = correct(self.order, level, grid, fresh, choice, "wrong place", self.real_calendar, self.now)
        kinds = [*["resumed"] * bool(choice and self.life.state == "suspended"), "corrected"]
        self.life.grid, self.life.wakes = grid, level != "P1"
        self.life.acknowledge, self.life.resolve = ACKNOWLEDGE.get(level), RESOLVE.get(level)
        self.happens(moved, [*kinds, *["assigned"] * (choice is not None)])

    def another_calendar(self) -> None:
        """What is at work is dated anew at once; the rest when somebody has it again."""
        self.calendar = 1 - self.calendar
        self.life.town = self.town
        moved = redate(self.order, replayed(self.journal), self.real_calendar) if self.life.state in AT_WORK else None
        if moved:
            self.happens(moved, ["redated"])

    @rule()
    def leaves_are_looked_at(self) -> None:
        gone = self.life.checker if self.life.state == "resolved" else self.life.handler
        concerned = gone in self.absent and self.life.state in ("dispatched", "in_progress", "resolved")
        moved = reroute(self.order, self.absent, self.crew(), self.real_calendar, self.now)
        if moved:
            assert concerned, "nobody who has it is on leave"
            self.happens(moved, ["rerouted"] if self.life.state == "resolved" else ["rerouted", "assigned"])
            assert not {self.order.member_id, self.order.checker_id} & {gone}
        elif concerned and self.life.state != "resolved":
            assert {"d1", "d2"} <= {*self.absent, *self.order.returned_by}, "the desk could have it"

    def given_by_hand(self, who: str) -> None:
        decided = by_hand.assign(self.order, who, "d1", "why", Circumstances(self.crew(), self.real_calendar, self.now))
        fits = self.life.state in ("pooled", "dispatched", "in_progress")
        does_work = POSTS[who][0] != "checker" and who not in self.off
        if isinstance(decided, Refused):
            assert not (fits and (does_work or who == self.life.handler))
        elif who == self.life.handler:
            assert not decided.changes
        else:
            assert fits and does_work
            self.happens(decided, ["assigned"])

    @rule()
    @precondition(lambda self: self.life.state == "verified")
    def case_ends(self) -> None:
        self.happens(orders.closed(self.order), ["closed"])

    @rule()
    @precondition(lambda self: self.life.state in ("verified", "closed"))
    def reporter_is_not_content(self) -> None:
        """A new order for the next round; the old one has ended."""
        old, crew, round_ = self.order, self.crew(), self.order.round + 1
        choice = crew.again(old.member_id, old.unit, old.matter, round_) or crew.handler(old.matter)
        assert choice
        if old.member_id not in self.off:
            assert choice.member.member_id == old.member_id, "continuity: whoever had it has it again"
        self.new_life(old.level)
        moved = starting.start(
            self.case, f"o{round_}", round_, choice, terms_of(old.level, self.calendar, self.now), self.now
        )
        self.starts_with(moved)
        assert (self.order.round, self.order.case_id) == (round_, old.case_id)

    # -- what has happened, by the model

    def happens(self, moved: Moved | None, kinds: list[str], step: int | None = None) -> None:
        assert moved and [change.kind for change in moved.changes] == kinds
        order = self.order
        for change in moved.changes:
            assert change.before == order.state and change.who and change.order.version == order.version + 1
            enter(self.life, change, self.minute, step)
            self.journal.append({"what": change.kind, "at": self.now, "facts": change.facts})
            order = change.order
        assert order == moved.order
        self.order = order

    # -- what always holds

    @invariant()
    def is_as_the_model_has_it(self) -> None:
        order, life = self.order, self.life
        assert (order.state, order.version, order.transfers) == (life.state, life.version, life.transfers)
        assert (order.request is not None) == (life.asked is not None)
        assert {one.unit: one.member_id for one in order.assists} == life.helping
        assert list(order.returned_units) == life.returned and len({*life.returned}) == len(life.returned)
        assert not (life.state in AT_WORK and not life.handler) and not (life.handler and life.handler == life.checker)
        assert life.state not in AT_WORK or (order.member_id, order.unit) == (life.handler, life.unit)
        assert life.state in ("verified", "closed", "withdrawn") or order.checker_id == life.checker

    @invariant()
    def deadlines_are_those_of_the_model(self) -> None:
        order, life = self.order, self.life
        if life.state not in AT_WORK:
            return
        assert self.same(order.due_at, life.due), f"due {order.due_at}, by the model {life.due}"
        assert replayed(self.journal) == order.clock, "the journal tells another clock"
        watched = {step.step: step for step in order.terms.ladder}
        assert {number for number, step in watched.items() if step.fired_at} == life.came
        for number, moment in life.pending().items():
            assert self.same(watched[number].at, moment), f"step {number} at {watched[number].at}, not {moment}"
        if life.state == "dispatched":
            assert self.same(order.ack_due_at, life.ack_due)

    @invariant()
    def something_comes_next(self) -> None:
        order, life = self.order, self.life
        if life.state == "pooled":
            assert order.offer and order.next_at == order.offer.until
            assert order.due_at is None or order.next_at <= order.due_at, "it waits in the pool beyond its limit"
        elif life.state == "suspended":
            assert self.same(order.next_at, life.pauses[-1][1]), "the clock stands, and nothing comes meanwhile"
        else:
            assert self.same(order.next_at, min(life.pending().values(), default=None))

    def same(self, moment: dt.datetime | None, minute: float | None) -> bool:
        if moment is None or minute is None:
            return moment is None and minute is None
        return abs(self.town.minute(moment) - minute) < 0.01


TestWorkOrder = WorkOrder.TestCase
TestWorkOrder.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_an_extension_that_is_granted_after_a_correction_ends_on_the_date_that_was_granted() -> None:
    """What stood still after the corrected limit was over is not granted a second time."""
    life, wish = WorkOrder(), Wish(OTHER_GRID, 600, True, "why", 0)
    life.begins("P4", GRID, False)
    for minutes, what in ((0, "acknowledge"), (700, "suspend"), (0, "approve")):
        life.time_passes(minutes)
        life.acts(what, wish)
    life.time_passes(700)
    life.watched()
    life.acts("extend", wish._replace(ahead=9000))
    life.case_is_corrected("P1", GRID)
    life.acts("approve", wish)
    life.deadlines_are_those_of_the_model()
    assert life.order.due_at == life.now + dt.timedelta(minutes=9000)
