"""A batch waits for company, but never in vain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import eventlet

from shared.messaging.reader import Reader

FOREVER = 3600.0


class Channel:
    """Hands messages over as the broker would, whenever the test wants it to."""

    def basic_qos(self, *of: Any) -> None:
        """The test keeps to the prefetch itself."""

    def basic_consume(self, queue: str, callback: Any) -> None:
        self.deliver = callback

    def basic_ack(self, tag: int, multiple: bool) -> None:
        """Nothing is delivered again here."""


def running(**entrypoint: Any) -> tuple[Channel, list[int], Any]:
    """A reader at work: its channel, the sizes of its batches, its listener."""
    sizes: list[int] = []
    listener = SimpleNamespace(
        stopping=False, parking=None, container=SimpleNamespace(config={"settings": SimpleNamespace(batch_size=400)})
    )
    asked = {"prefetch": 3, "linger": 0.0, "gather": 0.0, "handler": "test.reader"}
    asked |= {"admits": lambda queue, wanted: (wanted, 0.0)} | entrypoint
    number = iter(range(1000))
    unpack = lambda delivery, parking: [SimpleNamespace(event=delivery, key=next(number))]  # noqa: E731
    of = SimpleNamespace(unpack=unpack, call=lambda batch: sizes.append(len(batch)), **asked)
    reader, channel = Reader("test", of, listener), Channel()  # type: ignore[arg-type]
    reader.consume(channel)  # type: ignore[arg-type]
    eventlet.spawn(reader.run)
    eventlet.sleep(0)
    return channel, sizes, listener


def deliver(channel: Channel, number: int) -> None:
    for _ in range(number):
        channel.deliver(SimpleNamespace(source="s", id=object(), type="t", delivery_tag=1))
        eventlet.sleep(0)


def until(question: Any) -> None:
    with eventlet.Timeout(10):
        while not question():
            eventlet.sleep(0.01)


def test_without_company_to_wait_for_each_is_taken_as_it_comes() -> None:
    channel, sizes, _ = running()
    deliver(channel, 2)
    until(lambda: sum(sizes) == 2)
    assert sizes == [1, 1]


def test_a_batch_that_is_full_waits_no_longer() -> None:
    """The broker sends no more than the prefetch before something is acknowledged."""
    channel, sizes, _ = running(linger=FOREVER)
    deliver(channel, 3)
    until(lambda: sizes)
    assert sizes == [3]


def test_the_busier_a_queue_the_more_a_batch_gathers() -> None:
    channel, sizes, _ = running(prefetch=100, gather=FOREVER)  # so that any rate at all means the longest wait
    deliver(channel, 1)
    until(lambda: sizes)
    deliver(channel, 5)
    until(lambda: sum(sizes) == 6)
    assert sizes == [1, 5]


def test_what_waits_for_company_is_not_taken_after_the_stop() -> None:
    channel, sizes, listener = running(linger=0.05)
    deliver(channel, 1)
    listener.stopping = True
    eventlet.sleep(0.2)
    assert sizes == []


def test_no_more_is_taken_than_is_admitted() -> None:
    answers = [(2, 0.0), (0, 0.01), (0, 0.01), (1, 0.0)]
    asked: list[int] = []

    def admits(queue: str, wanted: int) -> tuple[int, float]:
        asked.append(wanted)
        return answers.pop(0) if answers else (0, 0.01)

    channel, sizes, listener = running(linger=0.02, admits=admits)
    deliver(channel, 3)
    until(lambda: not answers)
    listener.stopping = True
    assert (sizes, asked[:2]) == ([2, 1], [3, 1])
