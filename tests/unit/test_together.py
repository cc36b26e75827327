"""What many want at the same moment is done together; what fails, fails alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
import psycopg2
import pytest
from eventlet.event import Event

from shared.together import Together


class Work:
    """Does what is wanted when the test lets it; notes the batches."""

    def __init__(self, most: int = 100, fails: Callable[[list[int]], Exception | None] = lambda batch: None):
        self.batches: list[list[int]] = []
        self.gate, self.fails = Event(), fails
        self.together: Together[int, int] = Together(self.do, most, "test.together")

    def do(self, batch: list[int], briefly: bool) -> list[int]:
        self.batches.append(batch)
        self.gate.wait()
        if error := self.fails(batch):
            raise error
        return [10 * wanted for wanted in batch]

    def wanted_by(self, *callers: int) -> list[Any]:
        """A greenlet for each, which waits for its answer."""
        greenlets = [eventlet.spawn(self.together, wanted) for wanted in callers]
        eventlet.sleep(0)
        return greenlets

    def open(self) -> None:
        self.gate.send(None)


def results(greenlets: list[Any]) -> list[Any]:
    """The answers, and the errors in their places."""

    def of(greenlet: Any) -> Any:
        try:
            return greenlet.wait()
        except Exception as error:
            return error

    with eventlet.Timeout(10):
        return [of(greenlet) for greenlet in greenlets]


def test_one_is_done_at_once_and_what_comes_meanwhile_is_the_next_batch() -> None:
    work = Work()
    callers = work.wanted_by(1) + work.wanted_by(2, 3, 4)
    assert work.batches == [[1]]
    work.open()
    assert results(callers) == [10, 20, 30, 40]
    assert work.batches == [[1], [2, 3, 4]]
    assert results(work.wanted_by(5)) == [50]
    assert work.batches[2:] == [[5]]


def test_a_batch_is_bounded() -> None:
    work = Work(most=2)
    callers = work.wanted_by(1, 2, 3, 4, 5, 6)
    work.open()
    assert results(callers) == [10, 20, 30, 40, 50, 60]
    assert work.batches == [[1], [2, 3], [4, 5], [6]]


def test_what_fails_fails_alone() -> None:
    work = Work(fails=lambda batch: ValueError("3 is wrong") if 3 in batch else None)
    callers = work.wanted_by(0) + work.wanted_by(1, 2, 3, 4)
    work.open()
    first, one, two, wrong, four = results(callers)
    assert (first, one, two, four) == (0, 10, 20, 40)
    assert isinstance(wrong, ValueError)


def test_an_outage_is_told_to_all_at_once() -> None:
    work = Work(fails=lambda batch: psycopg2.OperationalError("away") if 1 in batch else None)
    callers = work.wanted_by(0) + work.wanted_by(1, 2)
    work.open()
    first, *others = results(callers)
    assert first == 0 and all(isinstance(error, psycopg2.OperationalError) for error in others)
    assert work.batches == [[0], [1, 2]]
    assert results(work.wanted_by(3)) == [30]


def test_a_lost_race_is_run_again() -> None:
    lost = iter([psycopg2.errors.DeadlockDetected("lost"), psycopg2.errors.SerializationFailure("lost")])
    work = Work(fails=lambda batch: next(lost, None))
    work.open()
    assert results(work.wanted_by(1)) == [10]
    assert work.batches == [[1], [1], [1]]


def test_nobody_waits_for_a_lock_that_another_needs() -> None:
    held, tried = Event(), list[int]()

    def do(batch: list[int], briefly: bool) -> list[int]:
        work.gate.wait()
        if 2 in batch:
            tried.append(len(batch))
            if briefly:
                raise psycopg2.errors.LockNotAvailable("somebody holds it")
            held.wait()
        return [10 * wanted for wanted in batch]

    work = Work()
    work.together = Together(do, 100, "test.together")
    first, one, two, three = work.wanted_by(0) + work.wanted_by(1, 2, 3)
    work.open()
    assert results([first, one, three]) == [0, 10, 30]
    assert results(work.wanted_by(4)) == [40]  # turns go on
    held.send(None)
    assert results([two]) == [20]
    assert tried == [3, 1]


def test_nor_for_one_that_came_alone() -> None:
    held = Event()

    def do(batch: list[int], briefly: bool) -> list[int]:
        if 1 in batch:
            if briefly:
                raise psycopg2.errors.LockNotAvailable("somebody holds it")
            held.wait()
        return [10 * wanted for wanted in batch]

    work = Work()
    work.together = Together(do, 100, "test.together")
    (first,) = work.wanted_by(1)
    assert results(work.wanted_by(2)) == [20]
    held.send(None)
    assert results([first]) == [10]


def test_callers_that_were_ended_while_they_waited_keep_nobody_from_a_turn() -> None:
    work = Work(most=1)
    first, second, third = work.wanted_by(1, 2, 3)
    second.kill()
    work.open()
    assert results([first, third]) == [10, 30]


def test_nobody_waits_for_a_caller_that_was_ended() -> None:
    work = Work()
    first, *others = work.wanted_by(1, 2)
    first.kill()
    work.open()
    assert results(others) == [20]
    with pytest.raises(eventlet.greenlet.GreenletExit):
        raise first.wait()
