"""Service orders: the list as data, who runs them, and appointments with their seats."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deploy.towns.service_list import service_problems
from services.dispatch.domain import appointments, starting
from services.dispatch.domain import order as orders
from services.dispatch.domain.appointments import Opening, Slot, Taken, Timetable, Wish
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.clock import Clock, Span, replayed
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.handling import give_back
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.order import Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.posts import Member
from services.dispatch.domain.service_data import Known, read_services
from services.dispatch.domain.serving import Runners, ordered
from services.dispatch.domain.stretches import Stretch
from shared.marked import Marked
from tests.unit.qiuchuan import CALENDAR, CREW, GRID, NAMES, RULES, TOWN, at, case_of, read

NOW = at("2026-11-23 08:00")  # a Monday
KNOWN = Known({*NAMES, "s1", "s2"}, {GRID, "g2", "town"}, {"0805", "0801"})
HALL = {"code": "hall", "name_zh": "便民服务中心", "name_en": "Public service hall"}
ITEM: dict[str, Any] = {
    "code": "A-1",
    "name_zh": "上门代办",
    "name_en": "Errand",
    "category": "0805",
    "places": ["hall"],
    "slots": [{"place": "hall", "days": "working", "from": "09:00", "to": "11:00", "minutes": 60, "capacity": 2}],
    "runners": {"roles": ["worker"]},
}


def document(**changes: Any) -> dict[str, Any]:
    item = {name: value for name, value in (ITEM | changes).items() if value is not None}
    return {"places": [HALL], "services": [item]}


def item_of(**changes: Any) -> dict[str, Any]:
    (item,), problems = read_services(document(**changes), KNOWN)
    assert not problems
    return item


# the list


def test_the_sample_town_has_green_channels_in_both_languages() -> None:
    items = read("services.yaml")["services"]
    assert sum(item.get("lane") == "green" for item in items) >= 10
    for item in items:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in item["name_zh"]) and item["name_en"].isascii()


def test_what_may_be_left_out_has_its_default() -> None:
    item = item_of(places=None, slots=None)
    assert (item["lane"], item["ahead"], item["visits"], item["limit"]) == ("normal", 14, 1, None)
    assert (item["materials"], item["places"], item["slots"]) == ([], [], [])
    (material,) = item_of(materials=[{"name_zh": "身份证", "name_en": "Identity card"}])["materials"]
    assert (material["form"], material["copies"], material["when_zh"]) == ("original", 1, None)


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"code": None}, "code", "missing"),
        ({"code": "a b"}, "code", "no code"),
        ({"category": "0809"}, "category", "no category"),
        ({"category": 805}, "category", "no category"),
        ({"name_en": ""}, "name_en", "short text"),
        ({"lane": "fast"}, "lane", "none of these"),
        ({"limit": "soon"}, "limit", "no duration"),
        ({"limit": 3}, "limit", "no duration"),
        ({"visits": 1.5}, "visits", "whole number"),
        ({"visits": True}, "visits", "whole number"),
        ({"ahead": 0}, "ahead", "whole number"),
        ({"colour": "red"}, "colour", "nobody reads"),
        ({"places": ["hall", "moon"]}, "places.1", "no place"),
        ({"places": []}, "slots.0.place", "none of the item's places"),
        ({"runners": None}, "runners", "missing"),
        ({"runners": {"roles": []}}, "runners", "nobody runs it"),
        ({"runners": {"roles": ["checker"]}}, "runners.roles.0", "none of these"),
        ({"runners": {"members": ["nobody"]}}, "runners.members.0", "no member"),
        ({"runners": {"roles": ["worker"], "areas": ["g9"]}}, "runners.areas.0", "no area"),
        ({"runners": ["worker"]}, "runners", "no mapping"),
        ({"materials": [{"name_zh": "身份证"}]}, "materials.0.name_en", "missing"),
        ({"materials": [{"name_zh": "证", "name_en": "Card", "form": "scan"}]}, "materials.0.form", "none of these"),
        ({"slots": [ITEM["slots"][0] | {"days": [0]}]}, "slots.0.days", "none of these"),
        ({"slots": [ITEM["slots"][0] | {"from": "9:00"}]}, "slots.0.from", "no time of day"),
        ({"slots": [ITEM["slots"][0] | {"to": "08:00"}]}, "slots.0.to", "ends before"),
        ({"slots": [ITEM["slots"][0] | {"minutes": 121}]}, "slots.0.minutes", "longer"),
        ({"slots": [ITEM["slots"][0] | {"capacity": 0}]}, "slots.0.capacity", "whole number"),
        ({"slots": [ITEM["slots"][0] | {"green": 3}]}, "slots.0.green", "more seats"),
        ({"slots": "always"}, "slots", "no list"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_nothing_is_read(changes: Any, place: str, says: str) -> None:
    items, problems = read_services(document(**changes), KNOWN)
    assert items == []
    assert [".".join(map(str, where)) for where, _, _ in problems] == [f"services.0.{place}"]
    assert says in problems[0][1] and problems[0][2]


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"services": {}}, {"services": [1]}, {"places": 1, "services": []}, {"services": [], "x": 1}],
)
def test_what_is_no_list_is_refused(document: Any) -> None:
    items, problems = read_services(document, KNOWN)
    assert items == [] and problems


def test_a_code_stands_for_one_item_and_one_place() -> None:
    twice = document() | {"places": [HALL, HALL]}
    twice["services"] *= 2
    _, problems = read_services(twice, KNOWN)
    assert [where for where, _, _ in problems] == [("places", 1, "code"), ("services", 1, "code")]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["code", "slots", "places", "runners", "materials", "from", "days"]), inner
            )
        ),
    )
)
def test_whatever_is_written_is_read_or_refused(value: Any) -> None:
    for one in (value, {"services": value}, {"places": value, "services": [value]}, document(slots=[value])):
        items, problems = read_services(one, KNOWN)
        assert not (items and problems)


def test_an_order_gets_the_category_of_its_item() -> None:
    source = {"name": "service", "kind": "service", "settings": {"category_map": {"A-1": "0801"}}}
    told = list(service_problems(Marked(document(), {}), KNOWN, [source]))
    assert len(told) == 1 and "A-1" in told[0] and "0805" in told[0]
    assert list(service_problems(Marked(document(), {}), KNOWN, [source | {"kind": "generic"}])) == []
    source["settings"] = {"category_map": {"A-1": "0805"}}
    assert list(service_problems(Marked(document(), {}), KNOWN, [source])) == []


# slots and seats


def opening(days: Any = "working", **more: Any) -> Opening:
    return Opening.of(
        {"place": "hall", "days": days, "from": "09:00", "to": "11:00", "capacity": 2, "minutes": 60} | more
    )


@pytest.mark.parametrize(
    ("days", "day", "slots"),
    [
        ("working", "2026-11-23", 2),
        ("working", "2026-11-21", 0),  # a Saturday
        ("working", "2026-10-10", 2),  # a Saturday that is worked (调休)
        ("working", "2026-10-01", 0),  # National Day, a Thursday
        ("resting", "2026-10-01", 2),
        ("resting", "2026-11-23", 0),
        ("all", "2026-10-01", 2),
        ([1], "2026-11-23", 2),
        ([1], "2026-11-24", 0),
        ([4], "2026-10-01", 0),  # a Thursday, and nobody is there on a holiday
    ],
)
def test_on_which_days_an_item_can_be_had(days: Any, day: str, slots: int) -> None:
    assert len(list(opening(days).slots(dt.date.fromisoformat(day), CALENDAR))) == slots


@pytest.mark.parametrize(("minutes", "count"), [(60, 2), (50, 2), (120, 1), (None, 1), (45, 2), (30, 4)])
def test_what_is_left_after_the_last_whole_slot_is_none(minutes: int | None, count: int) -> None:
    assert len(list(opening(minutes=minutes).slots(NOW.date(), CALENDAR))) == count


@pytest.mark.parametrize(
    ("capacity", "green", "ordinary", "kept", "for_all", "for_green"),
    [
        (2, 0, 0, 0, 2, 2),
        (2, 0, 1, 1, 0, 0),
        (3, 1, 0, 0, 2, 3),
        (3, 1, 2, 0, 0, 1),  # the last one is kept
        (3, 1, 2, 1, 0, 0),
        (3, 1, 0, 3, 0, 0),  # green channels may have all of them
        (3, 3, 0, 0, 0, 3),
        (1, 0, 2, 0, 0, 0),  # the list was made shorter
    ],
)
def test_how_many_seats_are_left(
    capacity: int, green: int, ordinary: int, kept: int, for_all: int, for_green: int
) -> None:
    slot = Slot("hall", Stretch(NOW, NOW + dt.timedelta(hours=1)), capacity, green)
    taken = Taken({(*slot.key, False): ordinary, (*slot.key, True): kept})
    assert (taken.left(slot, green=False), taken.left(slot, green=True)) == (for_all, for_green)


@given(st.integers(1, 6), st.integers(0, 6), st.lists(st.booleans(), max_size=20))
def test_no_seat_is_given_twice_and_none_is_kept_from_a_green_channel(
    capacity: int, kept: int, asks: list[bool]
) -> None:
    slot = Slot("hall", Stretch(NOW, NOW + dt.timedelta(hours=1)), capacity, min(kept, capacity))
    taken = Taken()
    for green in asks:
        if taken.left(slot, green):
            taken[*slot.key, green] += 1
    assert sum(taken.values()) <= capacity
    assert taken[*slot.key, False] <= capacity - slot.green
    assert taken[*slot.key, True] >= min(asks.count(True), slot.green)


def table(taken: Taken | None = None, now: dt.datetime = NOW, **changes: Any) -> Timetable:
    return Timetable(item_of(**changes), CALENDAR, taken if taken is not None else Taken(), now)


FIRST, SECOND = at("2026-11-23 09:00"), at("2026-11-23 10:00")
TOMORROW = at("2026-11-24 09:00")


@pytest.mark.parametrize(
    ("wish", "taken", "start"),
    [
        (Wish(None, FIRST), {}, FIRST),
        (Wish("hall", at("2026-11-23 09:30")), {}, FIRST),  # the slot in which it lies
        (Wish("moon", FIRST), {}, None),
        (Wish(None, FIRST), {("hall", FIRST, False): 2}, None),
        (Wish(None, FIRST, at("2026-11-23 12:00")), {("hall", FIRST, False): 2}, SECOND),  # the next in that time
        (Wish(None, FIRST, at("2026-11-25 12:00")), {("hall", FIRST, False): 2, ("hall", SECOND, True): 2}, TOMORROW),
        (Wish(None, at("2026-11-22 09:00")), {}, None),  # it is over
        (Wish(None, at("2027-11-22 09:00")), {}, None),  # nobody books so far ahead
    ],
)
def test_which_slot_meets_a_wish(wish: Wish, taken: Any, start: dt.datetime | None) -> None:
    slot = table(Taken(taken)).find(wish, green=False)
    assert (slot.time.start if slot else None) == start


def test_what_is_free_next_is_offered() -> None:
    taken = Taken({("hall", FIRST, False): 2})
    free = table(taken).free(green=False)
    assert [slot.time.start for slot in free[:2]] == [SECOND, TOMORROW] and len(free) == appointments.OFFERED
    assert table(ahead=1).free(green=False, place="moon") == []
    assert [s.time.start for s in table(ahead=1).free(green=False)] == [FIRST, SECOND]


def test_what_has_begun_is_not_offered() -> None:
    later = table(now=at("2026-11-23 09:00:01"))
    assert later.exact(None, FIRST) is None
    assert later.free(green=False)[0].time.start == SECOND


# an order


def order_of(item: dict[str, Any] | None = None, **wish: Any) -> Order:
    service = ordered(item or item_of(), {"item": "A-1"} | wish, [])
    case = case_of(GRID, service=service, level="P3", kind="help", category="0805")
    choice = crew().handler(Matter.of(case))
    assert choice
    own = terms(RULES["normal"], CALENDAR, "P3", "help", "0805", None, NOW, Duration.read("2 working_day"))
    return starting.start(case, "o", 1, choice, own, NOW).order


def crew(off: Any = (), busy: Any = None, handling: Any = None, more: Any = ()) -> Roster:
    members = [Member(name, role, unit, name not in off) for name, role, unit in (*CREW, *more)]
    return Roster(members, handling or {}, {}, busy=busy)


def test_the_clock_waits_for_the_appointment_and_the_journal_tells_it() -> None:
    order = order_of()
    assert order.due_at == at("2026-11-24 17:30")
    moved = appointments.book(order, None, TOMORROW, "service", "", table())
    assert not isinstance(moved, Refused)
    (change,) = moved.changes
    assert moved.order.due_at == at("2026-11-26 09:00")  # two working days of the hall's hours after it
    assert moved.order.ack_due_at == order.ack_due_at
    assert (change.kind, change.said["place_en"], change.said["was"]) == ("booked", "Public service hall", None)
    told = replayed([{"what": "booked", "at": NOW, "facts": change.facts}])
    assert told == moved.order.clock == Clock(waits=(Span(NOW, TOMORROW),))
    assert Clock.of(told.as_dict()) == told


def test_moving_it_moves_the_deadline_and_cancelling_lets_the_clock_go_on() -> None:
    later = at("2026-11-23 08:30")
    booked = appointments.book(order_of(), None, TOMORROW, "s", "", table())
    assert not isinstance(booked, Refused)
    sooner = appointments.book(booked.order, "hall", SECOND, "s", "", table(now=later))
    assert not isinstance(sooner, Refused)
    assert sooner.order.clock.waits == (Span(NOW, SECOND),)
    assert sooner.changes[0].said["was"] == TOMORROW.isoformat()
    gone = appointments.cancel(sooner.order, "s", "病了", CALENDAR, later)
    assert not isinstance(gone, Refused)
    assert gone.order.clock.waits == (Span(NOW, later),)
    assert gone.order.service and gone.order.service["slot"] is None
    journal = [
        {"what": change.kind, "at": moment, "facts": change.facts}
        for moment, moved in ((NOW, booked), (later, sooner), (later, gone))
        for change in moved.changes
    ]
    assert replayed(journal) == gone.order.clock


def test_a_suspension_and_an_appointment_together_stop_the_clock_once() -> None:
    start, limit = at("2026-11-23 08:30"), Duration.read("1 day")
    both = Clock(pauses=(Span(at("2026-11-23 09:00"), at("2026-11-23 12:00")),)).waiting(start, at("2026-11-23 10:00"))
    assert both.due(CALENDAR, start, limit) == at("2026-11-24 12:00")
    inside = Clock(pauses=(Span(at("2026-11-23 09:00"), at("2026-11-23 10:00")),)).waiting(
        start, at("2026-11-23 12:00")
    )
    assert inside.due(CALENDAR, start, limit) == at("2026-11-24 12:00")


def test_the_same_appointment_once_more_changes_nothing() -> None:
    booked = appointments.book(order_of(), None, FIRST, "s", "", table())
    assert not isinstance(booked, Refused)
    full = Taken({("hall", FIRST, False): 2})
    again = appointments.book(booked.order, "hall", FIRST, "s", "", table(full))
    assert again == orders.Moved(booked.order, ())
    assert appointments.cancel(order_of(), "s", "x", CALENDAR, NOW) == orders.Moved(order_of(), ())


@pytest.mark.parametrize(
    ("start", "place", "taken", "state", "code"),
    [
        (FIRST, None, {("hall", FIRST, False): 2}, "dispatched", "full"),
        (FIRST, "moon", {}, "dispatched", "no_slot"),
        (at("2026-11-23 09:30"), None, {}, "dispatched", "no_slot"),
        (at("2026-11-22 09:00"), None, {}, "dispatched", "no_slot"),
        (dt.datetime.max.replace(tzinfo=dt.UTC), None, {}, "dispatched", "no_slot"),
        (FIRST, None, {}, "resolved", "wrong_state"),
        (FIRST, None, {}, "withdrawn", "wrong_state"),
    ],
)
def test_why_an_appointment_cannot_be_had(start: dt.datetime, place: Any, taken: Any, state: str, code: str) -> None:
    order = replace(order_of(), state=state)
    refused = appointments.book(order, place, start, "s", "", table(Taken(taken)))
    assert isinstance(refused, Refused) and refused.code == code


def test_what_cannot_be_had_is_answered_with_what_can() -> None:
    full = Taken({("hall", FIRST, False): 2})
    moved = appointments.offered(order_of(), Wish(None, FIRST), table(full))
    (change,) = moved.changes
    assert [slot["starts_at"] for slot in change.said["slots"]][:1] == [SECOND.isoformat()]
    assert moved.order.due_at == order_of().due_at and moved.order.version == 2


# who runs it


@pytest.mark.parametrize(
    ("runners", "able"),
    [
        (Runners(("worker",)), ["w1", "w2"]),
        (Runners(("leader", "worker")), ["l1", "w1", "w2"]),
        (Runners(("desk",)), ["d1", "d2"]),  # of the whole town
        (Runners(("worker",), areas=("g2",)), ["w3"]),
        (Runners(("worker",), ("w3",)), ["w1", "w2", "w3"]),
        (Runners((), ("d2",)), ["d2"]),
        (Runners(("desk",), areas=("g2",)), []),
    ],
)
def test_who_may_run_an_item(runners: Runners, able: list[str]) -> None:
    members = [Member(name, role, unit, True) for name, role, unit in CREW]
    assert sorted(member.member_id for member in runners.able(members, [GRID])) == able


def errand(slot: Any = None, **runners: Any) -> Matter:
    service = ordered(item_of(runners=runners or {"roles": ["worker"]}), {"item": "A-1"}, [])
    times = [moment.isoformat() for moment in slot] if slot else None
    return Matter.of(case_of(GRID, service=service | {"slot": times}))


SLOT, NEXT = Stretch(FIRST, SECOND), Stretch(SECOND, at("2026-11-23 11:00"))


@pytest.mark.parametrize(
    ("off", "busy", "handling", "slot", "runner"),
    [
        ((), {}, {}, None, "w1"),
        ((), {}, {"w1": 1}, None, "w2"),  # the least in hand
        (("w1",), {}, {"w2": 5}, None, "w2"),
        ((), {"w1": [SLOT]}, {"w2": 5}, SLOT, "w2"),  # the other one is elsewhere then
        ((), {"w1": [SLOT]}, {"w2": 5}, NEXT, "w1"),
        ((), {"w1": [SLOT]}, {"w2": 5}, None, "w1"),
        ((), {"w1": [SLOT], "w2": [SLOT]}, {}, SLOT, "l1"),  # nobody is free: leader, then desk
        (("w1", "w2", "l1"), {}, {}, None, "d1"),
    ],
)
def test_the_next_free_runner_on_duty_gets_it(off: Any, busy: Any, handling: Any, slot: Any, runner: str) -> None:
    choice = crew(off, busy, handling).handler(errand(slot))
    assert choice and choice.member.member_id == runner
    assert ("no runner is free" in choice.why) == (runner[0] != "w")


def test_orders_of_one_batch_are_spread_and_nobody_is_at_two_places() -> None:
    members = crew()
    got = [members.handler(errand(SLOT)) for _ in range(3)]
    assert [choice.member.member_id for choice in got if choice] == ["w1", "w2", "l1"]


def test_a_runner_who_returns_it_is_followed_by_another() -> None:
    order = order_of()
    decided = give_back(
        order, Action("k", order.member_id, "return", reason="有事"), Circumstances(crew(), CALENDAR, NOW)
    )
    assert not isinstance(decided, Refused)
    assert (order.member_id, decided.order.member_id) == ("w1", "w2")
    assert "free runners of A-1" in decided.changes[-1].said["why"]


def test_whoever_is_busy_at_the_new_time_hands_it_on() -> None:
    booked = appointments.book(order_of(), None, FIRST, "s", "", table())
    assert not isinstance(booked, Refused)
    kept = appointments.with_free_runner(booked, crew(busy={"w1": [NEXT]}), table())
    assert kept == booked
    moved = appointments.with_free_runner(booked, crew(busy={"w1": [SLOT]}), table())
    assert moved.order.member_id == "w2"
    assert [change.kind for change in moved.changes] == ["booked", "assigned"]
    assert moved.changes[-1].said["from_member_id"] == "w1" and moved.changes[-1].ends == (("handler", "reassigned"),)


def test_the_limit_of_the_item_counts_if_it_is_the_strictest() -> None:
    item = Duration.read("1 working_day")
    assert terms(RULES["normal"], CALENDAR, "P3", "help", "0805", None, NOW, item).because == "service item"
    assert terms(
        RULES["normal"], CALENDAR, "P3", "help", "0805", Duration.read("2 working_hour"), NOW, item
    ).because == ("category 0805")


def test_the_list_of_the_sample_town_is_without_mistakes() -> None:
    members = {line.split(",")[0] for line in (TOWN / "members.csv").read_text(encoding="utf-8").splitlines()[1:]}
    items, problems = read_services(
        yaml.safe_load((TOWN / "services.yaml").read_text(encoding="utf-8")), Known(members, {"330822111"})
    )
    assert not problems and len(items) == 14


def test_booking_at_random_never_exceeds_the_seats() -> None:
    """Every seat is had in the end, whatever is booked, moved and cancelled in between."""
    chance = random.Random(7)
    taken: Taken = Taken()
    held: dict[int, Order] = {number: order_of() for number in range(12)}
    for _ in range(400):
        number = chance.randrange(12)
        timetable = table(taken, ahead=2)
        before = held[number]
        slot = chance.choice([FIRST, SECOND, TOMORROW])
        if chance.random() < 0.3:
            moved = appointments.cancel(before, "s", "x", CALENDAR, NOW)
        else:
            moved = appointments.book(before, None, slot, "s", "", timetable)
        if isinstance(moved, Refused):
            assert moved.code == "full" and timetable.taken[("hall", slot, False)] == 2
            continue
        held[number] = moved.order
        taken = Taken(
            ("hall", dt.datetime.fromisoformat(o.service["slot"][0]), False)
            for o in held.values()
            if o.service and o.service["slot"]
        )
        assert max(taken.values(), default=0) <= 2
