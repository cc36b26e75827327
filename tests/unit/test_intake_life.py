"""Three parties and a case: whatever intake decides while dispatch and callback go on, all of them end up agreed.

What they say to each other lies in lists, from which the test takes whatever it likes, so that everything can cross
everything else on the way. What comes too early stays, as in the table `parked`, and is tried again.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.intake.domain.case import ACTIONS, AWAY, ENDED, OPEN, OVERTAKEN, STEPS, TOO_EARLY, next_step, refusal

NEXT = {  # what dispatch's order does next, by what was said of it last
    "pooled": ("assigned",),
    "assigned": ("acknowledged", "assigned", "escalated"),
    "acknowledged": ("progressed", "resolved", "assigned", "escalated", "extended", "suspended", "cancelled"),
    "suspended": ("resumed", "corrected", "cancelled"),
    "resolved": ("verified", "sent_back", "cancelled"),
}
ON_THE_WAY = {
    "progressed": "acknowledged",
    "extended": "acknowledged",
    "resumed": "acknowledged",
    "sent_back": "acknowledged",
    "corrected": None,
    "escalated": None,
    "cancelled": "withdrawn",
}
OFF_THE_LINE = ("answer", "transfer", "merge", "cancel")


class Life(RuleBasedStateMachine):
    """One case with intake, dispatch and callback as the services are, without what does not decide about states."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.round, self.before = "submitted", 1, "submitted"
        self.begins = "assigned"
        self.registered, self.on_order, self.withdrawn_round = False, False, 0
        self.heard = {"dispatch": 0, "callback": 0}
        self.said = {"dispatch": 0, "callback": 0}
        self.order: dict[str, Any] | None = None
        self.to_intake: list[tuple[str, int, int]] = []
        self.to_dispatch: list[tuple[str, int]] = []
        self.to_callback: list[tuple[str, int]] = []
        self.open_round: int | None = None

    # intake

    @initialize(auto=st.sampled_from([True, True, True, False]), begins=st.sampled_from(["assigned", "pooled"]))
    def register(self, auto: bool, begins: str) -> None:
        self.begins = begins  # whether somebody has an order at once, or it is offered to several
        if auto:
            self._decide("accept")

    def possible(self) -> list[str]:
        waiting = ("unmerge", "take_back") if self.on_order else ()
        return [action for action in sorted(ACTIONS) if not refusal(action, self.state) and action not in waiting]

    @precondition(lambda self: self.possible())
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        self._decide(data.draw(st.sampled_from(self.possible())))

    def _decide(self, action: str) -> None:
        after = ACTIONS[action][1]
        if action in OFF_THE_LINE:
            self.on_order = self.registered if self.state not in AWAY else self.on_order
            if self.registered and self.state not in AWAY:
                self.to_dispatch.append(("leave", self.round))
        elif action in ("accept", "unmerge", "take_back"):
            self.round += self.registered
            self.registered = True
            self.to_dispatch.append(("register", self.round))
        if action == "ask":
            self.before = self.state
        self.state = after or (self.before if action == "inform" else self.state)

    @precondition(lambda self: self.to_intake)
    @rule(data=st.data())
    def intake_hears(self, data: st.DataObject) -> None:
        kind, sequence, round_ = message = data.draw(st.sampled_from(self.to_intake))
        service = kind.partition(".")[0]
        step = next_step(self.state, self.round, self.heard[service], kind, sequence, round_)
        assert step.outcome != OVERTAKEN
        if step.outcome == TOO_EARLY:
            return
        self.to_intake.remove(message)
        if step.state:
            assert self.state in STEPS[kind][0] and self.state not in AWAY
        self.heard[service], self.state, self.round = sequence, step.state or self.state, max(self.round, round_)
        if kind in ("dispatch.work_withdrawn.v1", "dispatch.work_cancelled.v1"):
            self.on_order = False

    # dispatch

    def dispatch_says(self, what: str, round_: int) -> None:
        self.said["dispatch"] += 1
        self.to_intake.append((f"dispatch.work_{what}.v1", self.said["dispatch"], round_))
        if what in ("verified", "withdrawn"):
            self.to_callback.append((what, round_))

    @precondition(lambda self: self.to_dispatch)
    @rule(data=st.data())
    def dispatch_hears(self, data: st.DataObject) -> None:
        what, round_ = message = data.draw(st.sampled_from(self.to_dispatch))
        order = self.order
        if what == "rework":
            if order and (order["round"] >= round_ or order["state"] == "withdrawn"):
                self.to_dispatch.remove(message)
                return
            if order is None or order["round"] + 1 != round_:
                return  # too early
        elif what == "leave":
            if order is None or order["round"] < round_:
                return  # too early
            if order["state"] != "withdrawn":
                order["state"] = "withdrawn"
                self.dispatch_says("withdrawn", order["round"])
            self.to_dispatch.remove(message)
            return
        self.to_dispatch.remove(message)
        assert order is None or order["round"] < round_, "two orders of one round"
        self.order = {"round": round_, "state": self.begins}
        self.dispatch_says(self.order["state"], round_)

    @precondition(lambda self: self.order and self.order["state"] in NEXT)
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        assert self.order
        what = data.draw(st.sampled_from(NEXT[self.order["state"]]))
        self.dispatch_says(what, self.order["round"])
        self.order["state"] = ON_THE_WAY.get(what, what) or self.order["state"]

    # callback

    def callback_says(self, what: str, round_: int) -> None:
        self.said["callback"] += 1
        self.to_intake.append((f"callback.{what}.v1", self.said["callback"], round_))

    @precondition(lambda self: self.to_callback)
    @rule(data=st.data())
    def callback_hears(self, data: st.DataObject) -> None:
        what, round_ = message = data.draw(st.sampled_from(self.to_callback[::-1]))
        self.to_callback.remove(message)
        if what == "withdrawn":
            self.withdrawn_round = max(self.withdrawn_round, round_)
            if self.open_round is not None and self.open_round <= round_:
                self.open_round = None
        elif round_ > self.withdrawn_round:
            self.open_round = round_
            self.callback_says("follow_up_planned", round_)

    @precondition(lambda self: self.open_round is not None)
    @rule(again=st.booleans())
    def reporter_answers(self, again: bool) -> None:
        self._answered(again)

    def _answered(self, again: bool) -> None:
        assert self.open_round is not None
        if again:
            self.callback_says("rework_asked", self.open_round + 1)
            self.to_dispatch.append(("rework", self.open_round + 1))
        else:
            self.callback_says("case_answered", self.open_round)
        self.open_round = None

    # all of them for a while

    @rule(steps=st.integers(1, 12), of=st.sampled_from([("dispatch",), ("dispatch", "callback")]), again=st.booleans())
    def the_others_run_ahead(self, steps: int, of: tuple[str, ...], again: bool) -> None:
        """Dispatch, and perhaps callback, go on as they do when all is well, while intake hears nothing of it."""
        for _ in range(steps):
            if self._one_more(of):
                continue
            if self.order and self.order["state"] in NEXT:
                what = NEXT[self.order["state"]][0]
                what = "resolved" if self.order["state"] == "acknowledged" else what
                self.dispatch_says(what, self.order["round"])
                self.order["state"] = ON_THE_WAY.get(what, what) or self.order["state"]
            elif self.open_round is not None:
                self._answered(again)

    @rule(messages=st.integers(1, 8), service=st.sampled_from(["dispatch", "dispatch", "callback"]))
    def intake_catches_up(self, messages: int, service: str) -> None:
        for _ in range(messages):
            self._one_more(("intake",), service)

    @rule()
    def everything_is_heard(self) -> None:
        while self._one_more():
            pass
        assert not self.to_callback
        assert not self.to_dispatch, f"parked for ever at dispatch: {self.to_dispatch}"
        assert not self.to_intake, f"parked for ever at intake: {self.to_intake} while {self.state} {self.round}"
        self._agreed()

    def teardown(self) -> None:
        self.everything_is_heard()

    @invariant()
    def the_state_is_one(self) -> None:
        assert self.state in OPEN + ENDED

    def _one_more(self, of: tuple[str, ...] = ("intake", "dispatch", "callback"), about: str = "") -> bool:
        """Some party hears something that is not too early; `about`: only what this service says."""
        parties = {
            "intake": (self.intake_hears, self.to_intake),
            "dispatch": (self.dispatch_hears, self.to_dispatch),
            "callback": (self.callback_hears, self.to_callback),
        }
        for hear, waiting in (parties[name] for name in of):
            for message in [message for message in waiting if str(message[0]).startswith(about)]:
                before = len(waiting)
                hear(_Draws(message))  # type: ignore[arg-type]
                if len(waiting) != before or message not in waiting:
                    return True
        return False

    def _agreed(self) -> None:
        pooled = self.order is not None and self.order["state"] == "pooled"
        working = self.order is not None and self.order["state"] in NEXT and not pooled
        if self.state in ("dispatched", "in_progress", "suspended", "resolved"):
            assert working or (pooled and self.state == "dispatched")  # the pool of a later round
            assert self.order and self.order["round"] == self.round
        elif self.state == "follow_up_pending":
            assert self.open_round == self.round
        else:
            offered = working and self.order and self.order["state"] == "pooled" and self.state == "accepted"
            assert not working or offered, f"somebody works on a case that is {self.state}"
            assert self.open_round is None, f"somebody is asked about a case that is {self.state}"
        assert not self.on_order


class _Draws:
    """Draws the message that it was made for."""

    def __init__(self, message: Any):
        self._message = message

    def draw(self, strategy: Any) -> Any:
        return self._message


Life.TestCase.settings = settings(max_examples=500, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
