"""The people of the play: members with their own client each, and the desk that decides and calls."""

from __future__ import annotations

import functools
import heapq
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests
from wangge_client import Member, NoAnswer, Notice, WanggeError

from deploy.provision.secrets import Secrets
from deploy.simulation.api import Api
from deploy.simulation.script import Decks, Planned

log = logging.getLogger("simulation")


class Player(threading.Thread):
    """One member: hears its notices, and does its work with some delay."""

    def __init__(self, member: Member, decks: Decks, stopping: threading.Event) -> None:
        super().__init__(name=f"player {member.member}", daemon=True)
        self.member = member
        self._decks, self._stopping = decks, stopping
        self._dice = random.Random(member.member)
        self._plans: list[tuple[float, int, Callable[[], object]]] = []
        self._counter = itertools.count()
        self._ignored: dict[str, int] = {}  # order → how often it was reminded of
        self.reports: list[Planned] = []

    def run(self) -> None:
        while not self._stopping.is_set():
            for notice in self.member.notices(timeout=0.3):
                self._hear(notice)
            while self.reports:
                self._do(functools.partial(self._report, self.reports.pop()))
            while self._plans and self._plans[0][0] <= time.monotonic() and not self._stopping.is_set():
                self._do(heapq.heappop(self._plans)[2])
        self.member.close()

    def _do(self, step: Callable[[], object]) -> None:
        try:
            step()
        except NoAnswer as late:
            log.info("%s: %s", self.member.member, late)  # the client sends it again
        except WanggeError as problem:
            log.warning("%s: %s", self.member.member, problem)

    def _later(self, seconds: float, step: Callable[[], object]) -> None:
        heapq.heappush(
            self._plans, (time.monotonic() + seconds * self._dice.uniform(0.6, 1.4), next(self._counter), step)
        )

    def _report(self, found: Planned) -> None:
        self.member.report(found.report)

    def _hear(self, notice: Notice) -> None:
        if notice.order_id is None or self._goes_on_ignoring(notice, notice.order_id):
            return
        if notice.kind in ("work_assigned", "work_escalated"):
            self._take_on(notice)
        elif notice.kind == "work_sent_back":
            self._later(3, lambda: self.member.resolve(notice, "已按核查意见重新处理。", ["photo/again.jpg"]))
        elif notice.kind in ("check_wanted", "check_escalated"):
            passed = self._decks.check.deal(notice.number) == "pass"
            note = "现场已核实。" if passed else "现场仍有遗留,请继续处理。"
            self._later(1.5, lambda: self.member.verify(notice, passed, note))

    def _goes_on_ignoring(self, notice: Notice, order_id: str) -> bool:
        """The ladder takes an ignored order away; whom nobody stands above it reminds again: they take it on then."""
        if order_id not in self._ignored:
            return False
        self._ignored[order_id] += notice.kind == "work_reminded"
        if self._ignored[order_id] > 1:
            del self._ignored[order_id]
            self._later(1, lambda: self._acknowledge(notice))
        return True

    def _take_on(self, notice: Notice) -> None:
        card = self._decks.work.deal(notice.number) if notice.kind == "work_assigned" else "do"
        if card == "ignore":
            self._ignored[notice.order_id or ""] = 0
        elif card == "return":
            self._later(1.5, lambda: self.member.return_(notice, "不属于本网格职责,请转交。"))
        else:
            self._later(1, lambda: self._acknowledge(notice))

    def _acknowledge(self, notice: Notice) -> None:
        if self.member.acknowledge(notice).accepted:
            self._later(3, lambda: self.member.resolve(notice, "已到现场处理完毕。", ["photo/done.jpg"]))


class Company:
    """The members who have something to do; each comes on stage when it is needed."""

    def __init__(self, secrets: Secrets, state: Path, decks: Decks, stopping: threading.Event) -> None:
        self._secrets, self._state, self._decks, self._stopping = secrets, state, decks, stopping
        self.players: dict[str, Player] = {}

    def call(self, member_id: str) -> Player:
        """The player of a member, connected."""
        if member_id not in self.players:
            url = self._secrets.read("members", member_id, "amqp_uri").strip()
            # a member whose answer is on its way is not asked twice, so a slow machine sees no more traffic than needed
            member = Member(url, member_id, self._state / f"{member_id}.db", resend_after=20)
            self.players[member_id] = Player(member, self._decks, self._stopping)
            self.players[member_id].start()
        return self.players[member_id]

    def leave(self) -> None:
        for player in self.players.values():
            player.join(timeout=15)


class Desk(threading.Thread):
    """The town's desk: calls members to work, decides what waits for it, and asks the reporters."""

    def __init__(self, api: Api, company: Company, decks: Decks, stopping: threading.Event) -> None:
        super().__init__(name="desk", daemon=True)
        self._api, self._company, self._decks, self._stopping = api, company, decks, stopping

    def run(self) -> None:
        while not self._stopping.wait(1):
            for step in (self._decide, self._call_members, self._ask_reporters):
                try:
                    step()
                except requests.RequestException as problem:
                    log.info("desk: %s", problem)  # a service that is away is asked again in a second

    def _decide(self) -> None:
        for case in self._api.cases(state="submitted"):
            if self._decks.desk.deal(case["number"]) == "reject":
                self._api.reject(case["number"])
            else:
                self._api.accept(case["number"])

    def _call_members(self) -> None:
        for member_id in set(self._api.members_with_work()):
            self._company.call(member_id)

    def _ask_reporters(self) -> None:
        for call in self._api.take_calls():
            self._api.answer(call["call_id"], self._decks.call.deal(call["number"]) == "solved")
