"""The pipeline: each step by its table, and whole histories made by hypothesis, in which nobody is told twice, nothing
is lost, and nobody is woken."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain.pipeline.deciding import Decision, Message, decide
from services.notify.domain.pipeline.quiet import quiet_until
from services.notify.domain.pipeline.routes import Route, matching, route_of
from services.notify.domain.pipeline.silences import Silence
from services.notify.domain.pipeline.steps import Left, Matched, Open, Reach, World, match, verdict_on
from services.notify.domain.pipeline.subject import HELD, SENT, SILENCED, WAITING, Item, Subject, is_call
from tests.unit.qiuchuan import at

NOON, NIGHT = at("2026-11-30 12:00"), at("2026-11-30 23:00")
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
REACH = Reach(frozenset({"work", "sms"}), "robot")
TREE = {
    "ways": ["work"],
    "group_by": ["area"],
    "group_wait": "5 minute",
    "group_interval": "30 minute",
    "repeat": "2 emergency_hour",
    "quiet": {"from": "22:00", "to": "07:00"},
    "digest": {"below": 0.5, "every": "1 emergency_hour"},
    "expires": "deadline",
    "routes": [
        {"name": "urgent", "match": {"levels": ["P1", "P2"]}, "ways": ["work", "sms"], "group_by": None},
        {"name": "chat", "match": {"kinds": ["public_notice"]}, "ways": ["group", "sms"], "continue": True},
        {"name": "all", "match": {"kinds": ["public_notice"]}, "ways": ["sms"], "group_by": None},
        {"name": "nothing", "match": {"kinds": ["letter"]}, "ways": []},
        {"name": "mail", "match": {"kinds": ["red_card"]}, "ways": ["mail"]},
    ],
}
ROOT = route_of(TREE)


def item(name: str = "i1", kind: str = "work_assigned", created: dt.datetime = NOON, **more: Any) -> Item:
    about = {"receiver": "m001", "number": "N1", "level": "P3", "area": ("town", "g1")}
    about |= {key: more.pop(key) for key in ("receiver", "number", "level", "area") if key in more}
    return Item(name, more.pop("event", name), Subject(kind, **about), created, more.pop("words", name), **more)  # type: ignore[arg-type]


def matched(one: Item, route: Route | None = None, reach: Reach = REACH) -> Matched:
    return match(one, route or matching(ROOT, one.subject)[0], reach)


@pytest.mark.parametrize(
    ("kind", "level", "tried", "ways"),
    [
        ("work_assigned", "P1", (), ("work", "sms")),
        ("work_assigned", "P1", ("work",), ("sms",)),
        ("work_assigned", "P1", ("work", "sms"), ()),
        ("public_notice", "P3", (), ("group",)),
        ("public_notice", "P3", ("robot",), ("sms",)),  # the chat of the unit has had it
    ],
)
def test_what_is_repeated_goes_where_it_has_not_been(
    kind: str, level: str, tried: tuple[str, ...], ways: tuple[str, ...]
) -> None:
    found = matched(item(kind=kind, level=level, tried=tried))
    assert found.ways == ways
    assert matched(item(tried=("work",), level="P3")).key == "i1", "and by itself"


SILENCE = Silence("s1", "desk1", "修路", NOON + HOUR, area="g1")


@pytest.mark.parametrize(
    ("one", "world", "state", "why"),
    [
        (item(), {}, None, None),
        (item(kind="letter"), {}, "no_route", "route"),
        (item(kind="red_card"), {}, "no_way", "no_way"),
        (item(has_words=False), {}, "no_way", "no_words"),
        (item(deadline=NOON + MINUTE), {}, None, None),
        (item(deadline=NOON + MINUTE), {"now": NOON + MINUTE}, "expired", "deadline"),
        (item(deadline=NOON - MINUTE), {}, None, None),  # a reminder after the deadline is about the delay
        (item(ended=True), {}, "expired", "ended"),
        (item(kind="work_verified", ended=True), {}, None, None),
        (item(ended=True, is_notice=False), {}, None, None),  # what somebody has subscribed to
        (item(parent="N0"), {}, "muted", "merged"),
        (item(kind="work_withdrawn", parent="N0"), {}, None, None),  # it is the merger itself that it tells of
        (item(), {"said": {("m001", "i1", "")}}, "repeated", "event"),
        (item(part="x"), {"said": {("m001", "i1", "")}}, None, None),  # beside it, by another route
        (item(), {"worded": {("m001", "i1"): NOON - HOUR}}, "repeated", "words"),
        (item(), {"worded": {("m001", "i1"): NOON - 2 * HOUR}}, None, None),
        (item(), {"silences": [SILENCE]}, "silenced", "silence"),
        (item(area=("town", "g2")), {"silences": [SILENCE]}, None, None),
        (item(level="P1"), {"silences": [SILENCE]}, None, None),
        (item(), {"now": NIGHT}, "held", "quiet"),
        (item(level="P2"), {"now": NIGHT}, None, None),
    ],
)
def test_what_does_not_let_it_pass(one: Item, world: dict[str, Any], state: str | None, why: str | None) -> None:
    verdict = verdict_on(matched(one), World(**({"now": NOON} | world)))
    assert ((verdict.state, verdict.why) if verdict else (None, None)) == (state, why)
    assert verdict is None or verdict.reason


def test_without_rules_or_contacts_it_says_so() -> None:
    (none,) = (verdict_on(match(item(), None, REACH), World(NOON)),)
    assert none and none.state == "no_route" and "notify.route" in none.reason
    gone = verdict_on(matched(item(), reach=Reach(problem="they do not work here any more")), World(NOON))
    assert gone and (gone.state, gone.reason) == ("no_way", "they do not work here any more")
    for served, why in (((), "`channels add`"), (("work", "sms"), "nobody knows how to reach them by work")):
        (found,) = (verdict_on(matched(item(level="P1"), reach=Reach(served=frozenset(served))), World(NOON)),)
        assert found and found.state == "no_way" and why in found.reason


def test_whoever_is_unknown_on_the_first_way_is_told_on_the_next() -> None:
    assert matched(item(level="P1")).ways == ("work", "sms")
    assert matched(item(level="P1"), reach=Reach(frozenset({"sms"}))).ways == ("sms",)


def by_name(decisions: Sequence[Decision]) -> dict[str, Decision]:
    return {one.matched.item.id: one for one in decisions}


def test_many_of_one_place_are_one_message_with_a_count() -> None:
    many = [matched(item(f"i{n}", created=NOON + n * MINUTE)) for n in range(5)]
    decisions, messages = decide(many, World(NOON + 4 * MINUTE))
    assert not messages and {one.verdict.due for one in decisions} == {NOON + 5 * MINUTE}
    waiting = [
        matched(replace(one.item, state=HELD, group_key=by_name(decisions)[one.item.id].group_key)) for one in many
    ]
    decisions, (message,) = decide(waiting, World(NOON + 5 * MINUTE))
    assert len(message.parts) == 5 and message.number == "N1" and message.key == "notification/i0"
    assert {one.verdict.reason for one in decisions} == {"one of 5 in one message"}


@pytest.mark.parametrize(
    ("group", "due"),
    [
        (Open(), NOON + 5 * MINUTE),
        (Open(last=NOON - 10 * MINUTE), NOON + 20 * MINUTE),  # it is open: the next one comes after the interval
        (Open(last=NOON - 31 * MINUTE), NOON + 5 * MINUTE),
        (Open(pending=NOON + MINUTE), NOON + MINUTE),  # it goes with what waits already
        (Open(NOON - 10 * MINUTE, NOON + 20 * MINUTE), NOON + 20 * MINUTE),
    ],
)
def test_when_a_group_goes_out(group: Open, due: dt.datetime) -> None:
    one = matched(item())
    (decision,), messages = decide([one], World(NOON, groups={("m001", one.key): group}))
    assert not messages and (decision.verdict.state, decision.verdict.why, decision.verdict.due) == (HELD, "group", due)


def test_what_has_waited_for_its_group_waits_no_longer() -> None:
    """Its group may have gone out a moment ago, without it, when there was too much for one batch."""
    one = matched(item())
    waited = matched(replace(one.item, state=HELD, group_key=one.key))
    now = NOON + 5 * MINUTE
    _, messages = decide([waited], World(now, groups={("m001", one.key): Open(last=now)}))
    assert len(messages) == 1


def test_near_the_limit_what_is_not_urgent_goes_together() -> None:
    routes = {route.name: replace(route, group_by=()) for route in ROOT.every()}
    low = {("m001", "work"): Left(2.0, 4)}
    items = [matched(item(f"i{n}", number=f"N{n}"), routes["default"]) for n in range(3)]
    urgent = matched(item("i9", level="P2"), replace(routes["urgent"], digest=ROOT.digest))
    decisions, messages = decide([*items, urgent], World(NOON, left=low))
    assert [message.key for message in messages] == ["notification/i9"], "it has drawn the last that may be used"
    assert {one.verdict.why for name, one in by_name(decisions).items() if name != "i9"} == {"digest"}
    held = [by_name(decisions)[f"i{n}"] for n in range(3)]
    assert {one.verdict.due for one in held} == {NOON + HOUR} and all(one.gathered for one in held)
    later = [matched(replace(one.matched.item, state=HELD, gathered=True), routes["default"]) for one in held]
    _, (digest,) = decide(later, World(NOON + HOUR, left={("m001", "work"): Left(0.0, 4)}))
    assert len(digest.parts) == 3 and digest.number is None


def test_the_chat_of_a_unit_hears_an_event_once() -> None:
    two = [matched(item(f"i{n}", "public_notice", receiver=f"m00{n}", event="e1")) for n in range(2)]
    assert {one.ear for one in two} == {"group:robot"} and two[0].ways == ("group",)
    due = [matched(replace(one.item, state=HELD, group_key=one.key)) for one in two]
    decisions, (message,) = decide(due, World(NOON + 5 * MINUTE))
    assert len(message.parts) == 1 and Counter(one.verdict.state for one in decisions) == {SENT: 1, "repeated": 1}


def test_of_one_event_the_notice_is_said_and_not_what_was_subscribed_to() -> None:
    subscribed = matched(item("i0", "case_registered", level="P1", event="e1", is_notice=False))
    notice = matched(item("i1", level="P1", event="e1"))
    decisions, (message,) = decide([subscribed, notice], World(NOON))
    assert message.key == "notification/i1" and by_name(decisions)["i0"].verdict.why == "event"


# histories

KINDS = ("work_assigned", "work_reminded", "work_verified", "work_withdrawn", "public_notice", "letter", "red_card")
NAMES = st.sampled_from(["m001", "m002"])
NUMBERS = st.sampled_from(["N1", "N2", ""])
LEVELS = st.sampled_from(["P1", "P2", "P3", "P4", ""])
AREAS = st.sampled_from([("town", "g1"), ("town", "g2"), ()])
COMING = st.tuples(
    st.just("come"),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "receiver": NAMES,
            "number": NUMBERS,
            "level": LEVELS,
            "area": AREAS,
            "event": st.integers(0, 4).map(lambda n: f"e{n}"),
            "words": st.integers(0, 3).map(lambda n: f"w{n}"),
            "hours": st.sampled_from([None, -1, 1, 12]),
            "is_notice": st.booleans(),
        }
    ),
)
SILENCING = st.tuples(
    st.just("silence"),
    st.fixed_dictionaries(
        {"area": st.sampled_from(["", "g1"]), "number": NUMBERS, "receiver": NAMES, "hours": st.integers(1, 48)}
    ),
)
STEPS = st.one_of(
    COMING,
    COMING,
    COMING,
    SILENCING,
    st.tuples(st.just("wait"), st.integers(1, 900)),
    st.tuples(st.just("wait"), st.integers(1, 9)),
    st.tuples(st.just("end_silences"), st.none()),
    st.tuples(st.just("merge"), NUMBERS),
    st.tuples(st.just("end"), NUMBERS),
    st.tuples(st.just("limit"), st.sampled_from([0.0, 4.0])),
)


class Town:
    """Notifications, and the pipeline looking at them as time goes on, as the use case and its tables do."""

    def __init__(self, chance: Any) -> None:
        self.now, self.chance = NOON, chance
        self.items: dict[str, Item] = {}
        self.due: dict[str, dt.datetime] = {}
        self.ended: dict[str, Decision] = {}
        self.silences: list[Silence] = []
        self.merged: set[str] = set()
        self.closed: set[str] = set()
        self.tokens = 4.0
        self.heard: list[tuple[dt.datetime, Matched]] = []
        self.messages: list[Message] = []
        self.keys: dict[str, str] = {}

    def come(self, given: dict[str, Any]) -> None:
        given = dict(given)
        hours, name = given.pop("hours"), f"i{len(self.items):03}"
        deadline = self.now + hours * HOUR if hours else None
        self.items[name] = item(name, created=self.now, deadline=deadline, **given)
        self.due[name] = self.now

    def silence(self, given: dict[str, Any]) -> None:
        named = {key: given[key] for key in ("area", "number", "receiver")}
        name, until = f"s{len(self.silences)}", self.now + given["hours"] * HOUR
        self.silences.append(Silence(name, "desk1", "修路", until, **named))

    def wait(self, minutes: int) -> None:
        end = self.now + minutes * MINUTE
        while True:
            self.look()
            self.now = min([end, *self.due.values()], default=end)
            self.silences = [one for one in self.silences if one.ends_at > self.now]
            if self.now >= end:
                return

    def end_silences(self, _: None) -> None:
        self.silences = []
        self.due |= {name: self.now for name in self.due if self.items[name].state == SILENCED}

    def merge(self, number: str) -> None:
        self.merged.add(number)

    def end(self, number: str) -> None:
        self.closed.add(number)

    def limit(self, tokens: float) -> None:
        self.tokens = tokens

    def look(self) -> None:
        names = [name for name, due in self.due.items() if due <= self.now]
        batch = []
        for name in names:
            number = self.items[name].subject.number
            parent = "N0" if number and number in self.merged else ""
            ended = bool(number) and number in self.closed
            batch.append(matched(replace(self.items[name], parent=parent, ended=ended)))
        world = World(
            self.now,
            self.silences,
            {one.said for _, one in self.heard},
            {one.worded: when for when, one in self.heard},
            self.groups(names),
            {(ear, way): Left(self.tokens, 4) for ear in ("m001", "m002") for way in ("work", "sms")},
        )
        decisions, messages = decide(batch, world)
        self.chance.shuffle(batch)
        assert _plain(decide(batch, world)) == _plain((decisions, messages)), "in whatever order they come"
        self.hold(names, decisions, messages, world)
        for decision in decisions:
            self.settle(decision)

    def groups(self, looked_at: Sequence[str]) -> dict[tuple[str, str], Open]:
        found: dict[tuple[str, str], Open] = {}
        for when, one in self.heard:
            found[one.ear, self.keys[one.item.id]] = Open(last=when)
        for name, due in self.due.items():
            waiting = self.items[name]
            if waiting.state == HELD and due > self.now and waiting.group_key:
                place = (matched(waiting).ear, waiting.group_key)
                before = found.get(place, Open())
                found[place] = Open(before.last, min(due, before.pending or due))
        return found

    def settle(self, decision: Decision) -> None:
        name, verdict = decision.matched.item.id, decision.verdict
        self.keys[name] = decision.group_key
        self.items[name] = replace(
            self.items[name], state=verdict.state, gathered=decision.gathered, group_key=decision.group_key
        )
        if verdict.due:
            self.due[name] = verdict.due
            return
        assert name not in self.ended, "it ends once"
        del self.due[name]
        self.ended[name] = decision
        if verdict.state == SENT:
            self.heard.append((self.now, decision.matched))

    def hold(self, names: list[str], decisions: list[Decision], messages: list[Message], world: World) -> None:
        """What must hold of every look."""
        assert Counter(one.matched.item.id for one in decisions) == Counter(names), "one decision for each"
        said = Counter(one.sent_in for one in decisions if one.verdict.state == SENT)
        assert said == {message.key: len(message.parts) for message in messages}, "the count is what is in it"
        self.messages += messages
        for one in decisions:
            held_or_sent(one, world)


def held_or_sent(decision: Decision, world: World) -> None:
    one, (state, why, reason, due, _) = decision.matched, decision.verdict
    level = one.item.subject.level
    assert why and (reason or state == SENT), "every no has its reason"
    assert (due is not None) == (state in WAITING) and (due is None or due > world.now)
    if state in WAITING:
        assert why not in ("quiet", "digest") or level != "P1", "a P1 waits for no morning and no digest"
        return
    if state != SENT:
        return
    assert one.route and one.ways
    assert not one.expires_at or one.expires_at > world.now, "nothing is said after it is of use"
    assert not any(silence.covers(one.item.subject) for silence in world.silences)
    assert not quiet_until(one.route.quiet, one.item.subject, world.now), "nobody is woken"
    assert not one.item.parent or one.item.subject.kind == "work_withdrawn"
    assert not one.item.ended or not is_call(one.item)


def _plain(result: tuple[list[Decision], list[Message]]) -> tuple[Any, Any]:
    decisions, messages = result
    return sorted((d.matched.item.id, d[1:]) for d in decisions), sorted(m.key for m in messages)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=40), st.randoms(use_true_random=False))
def test_every_history_ends_well(steps: list[tuple[str, Any]], chance: Any) -> None:
    """Whatever comes in whatever order: each ends in one state, with a reason; nothing is said twice."""
    town = Town(chance)
    for what, given_ in steps:
        getattr(town, what)(given_)
    town.wait(5 * 24 * 60)
    assert not town.due and town.ended.keys() == town.items.keys(), "nothing waits for ever"
    events = Counter(one.said for _, one in town.heard)
    assert all(count == 1 for count in events.values()), "nobody is told of an event twice"
    for at_once, one in town.heard:
        again = [when for when, other in town.heard if other.worded == one.worded and when > at_once]
        assert one.route and all(when - at_once >= one.route.repeat for when in again)
    assert len({message.key for message in town.messages}) == len(town.messages)


def test_after_a_silence_what_is_still_of_use_is_said_together() -> None:
    town = Town(None)
    town.chance = type("InOrder", (), {"shuffle": staticmethod(lambda batch: batch.reverse())})
    town.silence({"area": "g1", "number": "", "receiver": "", "hours": 3})
    for number, hours in ((1, None), (2, None), (3, 2), (4, 12)):
        town.come({"kind": "work_reminded", "number": f"N{number}", "hours": hours, "event": f"e{number}"})
    town.wait(60)
    assert not town.heard and {one.state for one in town.items.values()} == {SILENCED}
    town.end("N2")
    town.wait(240)
    states = {name: decision.verdict.why for name, decision in town.ended.items()}
    assert states == {"i000": "sent", "i001": "ended", "i002": "deadline", "i003": "sent"}
    assert [len(message.parts) for message in town.messages] == [2]
