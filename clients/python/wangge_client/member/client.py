"""A grid member: hears its own notices in order, and acts on its work orders."""

import logging
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from wangge_client import errors, events
from wangge_client.address import Address
from wangge_client.link import Link
from wangge_client.member.store import Notice, Order, Result, Store
from wangge_client.session import Arrival, Outgoing

log = logging.getLogger("wangge_client")
_CATCH_UP_AGAIN = 5.0  # seconds; while a notice is missing, ask for it this often
_READ_EVERY = 2.0  # seconds; the town is told so often, at most, how far this member has read


class WorkOrder(Protocol):
    """Anything that names a work order: a Notice, or an Order."""

    @property
    def order_id(self) -> str | None: ...
    @property
    def number(self) -> str | None: ...


class _Keeper:
    """Joins the link to the store; asks to catch up on connecting and while a notice is missing; says what was read."""

    def __init__(self, store: Store, client: "Member") -> None:
        self._store, self._client = store, client
        self._asked_at = 0.0
        self._ask_again = False
        self._told_at, self._told = 0.0, 0
        self.closing = False

    def opened(self) -> None:
        self._asked_at = 0.0
        self._store.all_due()
        self._client.link.opened()

    def outgoing(self, room: int) -> list[Outgoing]:
        due = self._store.take_due(room - 1)
        now, seen = time.monotonic(), self._store.seen_up_to()
        if self._asked_at == 0 or (self._ask_again and now - self._asked_at > _CATCH_UP_AGAIN):
            self._asked_at = now
            self._told_at, self._told = now, seen
            about = {"after": self._store.complete_up_to(), "seen": seen}
            due.append(_action(self._client.member, "catch_up", about))
        elif seen > self._told and (self.closing or now - self._told_at > _READ_EVERY):
            self._told_at, self._told = now, seen
            due.append(_action(self._client.member, "read", {"upto": seen}))
        return due

    def confirmed(self, sent: list[Outgoing]) -> None:
        self._store.confirm(sent)
        self._client.link.tell()

    def refused(self, sent: list[Outgoing], why: str) -> None:
        self._ask_again = True  # the catch-up may be among them
        self._told = 0
        log.warning("%d actions were not taken over and will be sent again: %s", len(sent), why)

    def lost(self, sent: list[Outgoing]) -> None:
        pass  # all that has no answer is sent again as soon as the next session is open

    def arrived(self, arrivals: list[Arrival]) -> None:
        self._store.keep_notices(arrivals)
        self._ask_again = self._store.has_gap()
        self._client.link.tell()


class Member:
    """One grid member of a town.

    Every action has a command id, is stored before it is sent, and is sent again under the same id until the town
    answers, also after a restart of the program; the town does it once. Notices are stored before the broker forgets
    them; those missed meanwhile are asked for on connecting. All methods may be called from any thread.
    """

    def __init__(self, amqp_url: str, member: str, store: str | os.PathLike, resend_after: float = 10.0) -> None:
        """`member` as the town knows it (`m017`); `store`: path of a file of its own. Does not wait for the broker."""
        address = Address(amqp_url, f"wangge-member {member}")
        self.member = member
        self._closed = False
        self._store = Store(store, member, resend_after)
        self._keeper = _Keeper(self._store, self)
        self.link = Link(address, f"members.{member}", self._keeper)
        self.link.start()

    def notices(self, timeout: float | None = None) -> Iterator[Notice]:
        """Each notice once, in the order of its number; ends when none came for `timeout` seconds, or on close.

        A notice counts as seen when the loop comes back for the next one; the town is told, and stops reminding.
        """
        last = time.monotonic()
        while not self._closed and (timeout is None or time.monotonic() - last < timeout):
            notice = self._store.next_notice()
            if notice is None:
                self.link.nap(0.5 if timeout is None else min(0.5, timeout))
                continue
            yield notice
            self._store.saw(notice)
            last = time.monotonic()

    def claim(self, order: WorkOrder, *, timeout: float = 30.0) -> Result:
        """Take work that was offered to several (抢单): whoever claims it first has it, and has taken it on by that."""
        return self._act("claim", order, {}, None, timeout)

    def acknowledge(self, order: WorkOrder, *, version: int | None = None, timeout: float = 30.0) -> Result:
        """Take the work on (签收). With `version`, refused when the order has moved on since; so for all actions.

        Raises NoAnswer after `timeout` seconds: the action stays in the store and is sent again.
        """
        return self._act("acknowledge", order, {}, version, timeout)

    def progress(
        self,
        order: WorkOrder,
        note: str,
        evidence: Sequence[str] = (),
        *,
        version: int | None = None,
        timeout: float = 30.0,
    ) -> Result:
        """Say how it goes; `evidence` are references of media."""
        return self._act("progress", order, {"note": note, "evidence": list(evidence)}, version, timeout)

    def return_(self, order: WorkOrder, reason: str, *, version: int | None = None, timeout: float = 30.0) -> Result:
        """Give the work back (退单), with the reason."""
        return self._act("return", order, {"reason": reason}, version, timeout)

    def resolve(
        self,
        order: WorkOrder,
        note: str = "",
        evidence: Sequence[str] = (),
        *,
        before: Sequence[str] = (),
        position: tuple[float, float] | None = None,
        version: int | None = None,
        timeout: float = 30.0,
    ) -> Result:
        """Say that it is done (办结); note or evidence must say something.

        Some categories also ask for photos of `before` and for the `position` where you are (lon, lat; WGS84).
        """
        data: dict[str, Any] = {"note": note, "evidence": list(evidence)}
        if before:
            data["before"] = list(before)
        if position:
            data["position"] = {"lon": position[0], "lat": position[1]}
        return self._act("resolve", order, data, version, timeout)

    def verify(
        self, order: WorkOrder, passed: bool, note: str = "", *, version: int | None = None, timeout: float = 30.0
    ) -> Result:
        """As the checker, say whether it is really done (核查)."""
        return self._act("verify", order, {"passed": passed, "note": note}, version, timeout)

    def act(
        self, action: str, order: WorkOrder, *, version: int | None = None, timeout: float = 30.0, **data: Any
    ) -> Result:
        """Any other action with its data: transfer (`to`, `reason`), suspend and extend (`until`, `reason`), approve,
        deny (`reason`), resume, assist (`to`, `note`), assist_done (`note`), release (`reason`), cancel (`reason`).
        """
        return self._act(action, order, data, version, timeout)

    def report(self, report: Mapping[str, Any], timeout: float = 30.0) -> str:
        """Report what you found yourself (source `patrol`), perhaps `settled` on the spot; gives its external id.

        Kept and sent again until the broker has confirmed it; sent twice, it is still the same report.
        """
        external_id = report.get("external_id") or f"{self.member}-{uuid.uuid4()}"
        if not (report.get("title") or report.get("description")):
            raise errors.BadReport("give a title or a description")
        data = {"reported_at": events.now_text(), **report, "external_id": external_id}
        lane = "urgent" if report.get("level") in ("P1", "P2") else "normal"
        event_id = str(uuid.uuid4())
        body = events.encode(event_id, "patrol", "report.v1", events.now_text(), data)
        self._send(Outgoing(event_id, "reports", f"patrol.{lane}", event_id, body), "confirm", timeout)
        return external_id

    def order_of(self, number: str) -> Order | None:
        """The work order of a case, as far as this member has heard of it."""
        return self._store.order_of(number)

    def ready(self, timeout: float = 10.0) -> None:
        """Wait for the connection; raises what stands in the way (see BrokerTrouble)."""
        self.link.ready(timeout)

    def count(self) -> dict[str, int]:
        """Last notice seen, notices not seen yet, actions without an answer."""
        return self._store.count()

    def _act(self, action: str, order: WorkOrder, data: dict, version: int | None, timeout: float) -> Result:
        if not order.order_id:
            raise ValueError("this notice is about no work order; take one that has an order_id")
        data = {"order_id": order.order_id, "number": order.number, **data}
        if version is not None:
            data["version"] = version
        outgoing = _action(self.member, action, data)
        self._send(outgoing, "answer", timeout)
        return self._store.result(outgoing.event_id)

    def _send(self, outgoing: Outgoing, settled_by: str, timeout: float) -> None:
        self._store.add_command(outgoing, settled_by)
        self.link.wake()
        missing = f"no answer to {outgoing.routing_key} (command {outgoing.event_id}); it is kept and sent again"
        self.link.wait_for(lambda: self._store.is_settled(outgoing.event_id), timeout, missing)

    def close(self) -> None:
        """End the connection. What is not answered stays in the store for the next time."""
        self._closed = True
        self._keeper.closing = True
        self.link.wake()  # to say what was read last
        self.link.close()
        self.link.tell()
        self._store.close()

    def __enter__(self) -> "Member":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _action(member: str, action: str, data: Mapping[str, Any]) -> Outgoing:
    command_id = str(uuid.uuid4())
    body = events.encode(command_id, member, f"action.{action}.v1", events.now_text(), data)
    return Outgoing(command_id, "actions", f"{member}.{action}", command_id, body)
