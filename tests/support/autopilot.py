"""Plays the people of a town over HTTP: members who act, checkers who verify, call-takers who ask.

Command ids are made from the order and what is done, so that a command that is sent again, because nobody answered
while something was being killed, is the same command.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import requests

from tests.support.town import TemporaryTown

NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
DESK = "desk1"
CALLER = "caller1"  # who asks has handled nothing: desk1 gets what is escalated


class Api:
    """Requests to a town's services, as somebody; any running replica answers."""

    def __init__(self, town: TemporaryTown):
        self._town = town
        self._tokens: dict[tuple[str, str], str] = {}

    def call(self, method: str, service: str, path: str, role: str, name: str, body: Any = None) -> requests.Response:
        """The answer of the first replica that can be reached. Raises ConnectionError when none can."""
        token = self._tokens.get((role, name)) or self._tokens.setdefault((role, name), self._town.token(role, name))
        error: Exception = ConnectionError(f"no {service} is running")
        for process in self._town.of(service):
            if process.alive:
                try:
                    return requests.request(
                        method,
                        f"http://{process.http}{path}",
                        json=body,
                        timeout=15,
                        headers={"Authorization": f"Bearer {token}"},
                    )
                except requests.RequestException as failed:
                    error = failed
        raise ConnectionError(str(error))

    def get(self, service: str, path: str, role: str = "desk", name: str = DESK) -> Any:
        answer = self.call("GET", service, path, role, name)
        answer.raise_for_status()
        return answer.json()

    def calls(self, name: str = CALLER) -> list[dict[str, Any]]:
        """What a call-taker has in hand, once there is no more to take."""
        answer = self.call("POST", "callback", "/callback/calls/take", "desk", name, {"count": 50})
        answer.raise_for_status()
        return answer.json()["calls"]

    def call_about(self, number: str, round_: int = 1) -> dict[str, Any] | None:
        """The call about this round of a case, once it is due and taken."""
        return next((call for call in self.calls() if (call["number"], call["round"]) == (number, round_)), None)

    def answered(self, call: dict[str, Any], solved: str, satisfaction: str, text: str = "") -> requests.Response:
        """What the reporter has said on the telephone."""
        body = {"solved": solved, "satisfaction": satisfaction, "text": text}
        return self.call("POST", "callback", f"/callback/calls/{call['call_id']}/answered", "desk", CALLER, body)

    def act(self, member: str, action: str, order: dict[str, Any], **data: Any) -> dict[str, Any]:
        """One action of a member over HTTP; the answer says whether it was accepted."""
        command = uuid.uuid5(NAMESPACE, f"{order['order_id']}/{order['round']}/{action}/{order['version']}")
        body = {"command_id": str(command), "action": action, "order_id": order["order_id"]} | data
        return self.call("POST", "dispatch", "/dispatch/actions", "member", member, body).json()


class Autopilot(threading.Thread):
    """Keeps every case going until it is told to stop; whatever fails is tried again in the next round."""

    def __init__(self, town: TemporaryTown, answer: Callable[[dict[str, Any]], tuple[str, str]] | None = None):
        super().__init__(daemon=True)
        self.api = Api(town)
        self.acted = 0
        self.accepted: set[tuple[str, str]] = set()  # (member, command id) that were answered so
        self.trouble: list[str] = []
        self._answer = answer or (lambda call: ("yes", "satisfied"))
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.wait(0.2):
            for step in (self._acknowledge, self._resolve, self._verify, self._ask):
                try:
                    step()
                except (requests.RequestException, ConnectionError, ValueError) as error:
                    self.trouble.append(str(error)[:200])

    def stop(self) -> None:
        self._ending.set()
        self.join(30)

    def _orders(self, state: str) -> list[dict[str, Any]]:
        return self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]

    def _acknowledge(self) -> None:
        for order in self._orders("dispatched"):
            self._do(order["member_id"], "acknowledge", order)

    def _resolve(self) -> None:
        for order in self._orders("in_progress"):
            self._do(order["member_id"], "resolve", order, note="已处理", evidence=["photo:1"])

    def _verify(self) -> None:
        for order in self._orders("resolved"):
            self._do(order["checker_id"], "verify", order, passed=True, note="已核查")

    def _do(self, member: str, action: str, order: dict[str, Any], **data: Any) -> None:
        answer = self.api.act(member, action, order, **data)
        self.acted += 1
        if answer.get("accepted"):
            self.accepted.add((member, answer["command_id"]))

    def _ask(self) -> None:
        for call in self.api.calls():
            self.api.answered(call, *self._answer(call))
            self.acted += 1
