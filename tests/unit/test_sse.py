"""Seats of those who listen: in order, bounded, and whoever does not read harms nobody."""

from __future__ import annotations

import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.problems import TooMany, Unavailable
from shared.http.sse import Hub, Item, event, heartbeat, named, opening


def items(*numbers: int) -> list[Item]:
    return [Item(number, b"{}") for number in numbers]


def test_everybody_under_a_name_hears_and_nobody_else() -> None:
    hub = Hub()
    one, same, other = hub.join("a", "feed/a", "sse"), hub.join("b", "feed/a", "sse"), hub.join("b", "feed/b", "sse")
    hub.spread(["feed/a", "feed/nobody"], Item(1, b"{}"))
    assert one.take(0.01) == same.take(0.01) == items(1) and other.take(0.01) == []


def test_a_listener_is_woken_at_once() -> None:
    hub = Hub()
    seat = hub.join("a", "feed/a", "sse")
    waiting = eventlet.spawn(seat.take, 20)
    eventlet.sleep(0)
    hub.spread(["feed/a"], Item(7, b"{}"))
    with eventlet.Timeout(5):
        assert waiting.wait() == items(7)


def test_who_does_not_read_loses_the_seat_and_nobody_else_does() -> None:
    hub = Hub(room=3)
    slow, good = hub.join("slow", "feed/a", "sse"), hub.join("good", "feed/a", "sse")
    for number in range(1, 10):
        hub.spread(["feed/a"], Item(number, b"{}"))
        assert good.take(0) == items(number)
    assert slow.dropped and slow.take(0) == [] and not good.dropped


def test_seats_are_bounded_and_given_back() -> None:
    hub = Hub(most=3, each=2)
    seats = [hub.join("a", "feed/a", "sse"), hub.join("a", "notices/a", "poll")]
    with pytest.raises(TooMany):
        hub.join("a", "feed/a", "sse")
    hub.join("b", "feed/b", "sse")
    with pytest.raises(Unavailable):
        hub.join("c", "feed/c", "sse")
    for seat in (*seats, *seats):
        seat.leave()
    assert hub.size == 1 and set(hub.names()) == {"feed/b"}
    hub.join("a", "feed/a", "sse")


@given(st.lists(st.sampled_from(["join", "leave", "spread", "take"]), max_size=60))
def test_what_is_taken_is_what_was_spread_in_order(steps: list[str]) -> None:
    hub, seat, number, due, got = Hub(room=100), None, 0, [], []
    for step in steps:
        if step == "join" and seat is None:
            seat = hub.join("a", "feed/a", "sse")
        elif step == "leave" and seat is not None:
            got += seat.take(0)
            seat.leave()
            seat = None
        elif step == "spread":
            number += 1
            hub.spread(["feed/a"], Item(number, b"{}"))
            due += [number] if seat else []
        elif step == "take" and seat is not None:
            got += seat.take(0)
    got += seat.take(0) if seat else []
    assert [item.number for item in got] == due and hub.size == (seat is not None)


def test_what_is_written_is_what_the_standard_reads() -> None:
    assert opening() == b"retry: 2000\n\n"
    assert event(Item(3, b'{"a":1}')) == b'id: 3\ndata: {"a":1}\n\n'
    assert named("cut", b"{}") == b"event: cut\ndata: {}\n\n"
    assert heartbeat(9) == b": alive\nid: 9\n\n"
