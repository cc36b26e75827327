"""The outside of the town: an upstream platform that reports by AMQP and HTTP, and hears its feedback.

It remembers what it tried, what was confirmed and what it gave up on after a broken connection. Such a report may have
arrived or not; a confirmed one must have.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from typing import Any

import pika
import requests

from deploy.towns.small import SIDE, SOUTH, WEST
from tests.chaos.history import History
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown

SOURCE = "hotline"
HEARD = (SOURCE, "portal")
BROKEN = (pika.exceptions.AMQPError, OSError, ValueError)  # pika raises ValueError when a new socket breaks at once
Key = tuple[str, str]


class Traffic:
    """`rate` reports a second until paused; the same seed makes the same reports."""

    def __init__(self, town: TemporaryTown, history: History, chance: random.Random, rate: float = 5.0):
        self._town, self._history, self._chance, self.rate = town, history, chance, rate
        self.sent: set[Key] = set()
        self.confirmed: set[Key] = set()
        self.poison: set[Key] = set()
        self.feedback: list[tuple[str, str, int, str]] = []
        self._bodies: dict[str, bytes] = {}
        self._flowing, self._ending = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._report, daemon=True),
            *(threading.Thread(target=self._hear, args=(source,), daemon=True) for source in HEARD),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._flowing.set()

    def pause(self) -> None:
        self._flowing.clear()

    def go_on(self) -> None:
        self._flowing.set()

    def stop(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(30)

    @property
    def good(self) -> set[Key]:
        """Reports that must have a case."""
        return self.confirmed - self.poison

    def publish(self, reports: list[tuple[str, bytes]], source: str = SOURCE, seconds: float = 60) -> None:
        """Publish and note what is confirmed; what is not within the time is given up."""
        left, end = list(reports), time.monotonic() + seconds
        while left and time.monotonic() < end:
            left = self._publish_some(left, source)

    def make(self, count: int, source: str = SOURCE, bad: bool = False) -> list[tuple[str, bytes]]:
        """New reports as (external id, event); with `bad` they are readable and must be refused."""
        made = []
        for _ in range(count):
            external_id = f"r-{uuid.UUID(int=self._chance.getrandbits(128))}"
            body = json.dumps(_event(external_id, source, self._data(external_id, bad))).encode()
            self.poison |= {(source, external_id)} if bad else set()
            self._bodies[external_id] = body
            made.append((external_id, body))
        return made

    def send_again_what_has_no_answer(self) -> int:
        """As the upstream client does by itself: nothing counts before the town has answered it."""
        answered = {external_id for _, external_id, _, _ in self.feedback}
        left = [(e, self._bodies[e]) for s, e in sorted(self.confirmed) if s == SOURCE and e not in answered]
        self.publish(left)
        return len(left)

    def _data(self, external_id: str, bad: bool) -> dict[str, Any]:
        lon = WEST + SIDE * 5 * self._chance.random()  # some lie outside of the four grids
        data: dict[str, Any] = {"external_id": external_id, "title": "路口垃圾", "kind": "complaint"}
        data |= {"place": {"lon": lon, "lat": SOUTH + SIDE / 2}, "reporter": {"name": "某", "phone": "19900000001"}}
        data |= {"level": "P1"} if self._chance.random() < 0.2 else {}
        return data | ({"unknown": "\u0001"} if bad else {})

    def _report(self) -> None:
        api = Api(self._town)
        while not self._ending.is_set():
            if not self._flowing.wait(0.2):
                continue
            burst = self.make(max(1, round(self.rate)))
            by_http, by_amqp = burst[: len(burst) // 5], burst[len(burst) // 5 :]
            for external_id, body in by_http:
                self._post(api, external_id, body)
            if self._publish_some(by_amqp, SOURCE):
                time.sleep(0.3)  # what is left of the burst is given up: it may have arrived or not
            time.sleep(1.0)

    def _post(self, api: Api, external_id: str, body: bytes) -> None:
        self._trying(SOURCE, external_id)
        try:
            answer = api.call("POST", "intake", "/intake/reports", "source", SOURCE, json.loads(body)["data"])
        except (requests.RequestException, ConnectionError):
            return
        if answer.ok:
            self._confirmed(SOURCE, external_id)

    def _publish_some(self, reports: list[tuple[str, bytes]], source: str) -> list[tuple[str, bytes]]:
        left = list(reports)
        try:
            with self._town.broker("sources", source) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                while left:
                    external_id, body = left[0]
                    lane = "urgent" if b'"P1"' in body else "normal"
                    properties = pika.BasicProperties(delivery_mode=2, message_id=external_id)
                    self._trying(source, external_id)
                    channel.basic_publish("reports", f"{source}.{lane}", body, properties, mandatory=True)
                    self._confirmed(source, external_id)
                    left.pop(0)
        except BROKEN:
            time.sleep(0.3)
        return left

    def _trying(self, source: str, external_id: str) -> None:
        if (source, external_id) not in self.sent:
            self.sent.add((source, external_id))
            self._history.note("sent", source=source, external_id=external_id)

    def _confirmed(self, source: str, external_id: str) -> None:
        if (source, external_id) not in self.confirmed:
            self.confirmed.add((source, external_id))
            self._history.note("confirmed", source=source, external_id=external_id)

    def _hear(self, source: str) -> None:
        while not self._ending.is_set():
            try:
                with self._town.broker("sources", source) as connection:
                    channel = connection.channel()
                    for method, _, body in channel.consume(f"feedback.{source}", inactivity_timeout=0.5):
                        if self._ending.is_set():
                            return
                        if method is not None:
                            self._heard(source, json.loads(body))
                            channel.basic_ack(method.delivery_tag)
            except BROKEN:
                time.sleep(0.5)

    def _heard(self, source: str, event: dict[str, Any]) -> None:
        data = event["data"]
        thread = data["external_id"] or f"? {data['reference']}"  # of what had no number that could be read
        said = (source, thread, data["feedback_number"], event["id"])
        self.feedback.append(said)
        self._history.note("feedback", source=said[0], external_id=said[1], number=said[2], event_id=said[3])


def _event(external_id: str, source: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"specversion": "1.0", "id": external_id, "source": source, "type": "report.v1", "data": data}
