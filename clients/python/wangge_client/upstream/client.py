"""An upstream platform: publishes reports so that none is lost, and hears its feedback in order."""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wangge_client.address import Address
from wangge_client.link import Link
from wangge_client.session import Arrival, Outgoing
from wangge_client.upstream.spool import Answer, Spool

log = logging.getLogger("wangge_client")


class _Keeper:
    """Joins the link to the spool."""

    def __init__(self, spool: Spool, client: "Upstream") -> None:
        self._spool, self._client = spool, client
        self.outgoing = spool.take_due

    def opened(self) -> None:
        self._client.link.opened()

    def confirmed(self, sent: list[Outgoing]) -> None:
        self._spool.confirm(sent)
        self._client.link.tell()

    def refused(self, sent: list[Outgoing], why: str) -> None:
        log.warning("%d reports were not taken over and will be sent again: %s", len(sent), why)
        self._spool.postpone(sent)

    def lost(self, sent: list[Outgoing]) -> None:
        if sent:
            self._spool.all_due()

    def arrived(self, arrivals: list[Arrival]) -> None:
        self._spool.keep_feedback(arrivals)
        self._client.link.tell()


class Upstream:
    """One source of a town.

    A report is written to the spool before it is published, and stays there until the town has answered it; what has no
    answer after `resend_after` seconds is sent again under the same CloudEvent id, also after a restart of the program.
    Feedback is stored in the spool before the broker forgets it. All methods may be called from any thread.
    """

    def __init__(self, amqp_url: str, source: str, spool: str | os.PathLike, resend_after: float = 60.0) -> None:
        """`source` as the town knows it (`hotline`); `spool`: path of its own file. Does not wait for the broker."""
        address = Address(amqp_url, f"wangge-upstream {source}")
        self._spool = Spool(spool, source, resend_after)
        self._spool.all_due()
        self._closing = threading.Event()
        self._hearing: threading.Thread | None = None
        self.link = Link(address, f"feedback.{source}", _Keeper(self._spool, self))
        self.link.start()

    def publish(self, report: Mapping[str, Any], number: str = "external_id", lane: str | None = None) -> None:
        """Report one matter. Returns when it is safe in the spool.

        The report has the shape that the town has agreed with this platform: the generic one, or the platform's own;
        then `number` is its field for the platform's own number of the matter. Without a `lane` (urgent, normal) the
        field `level` decides.
        """
        self.publish_many([report], number, lane)

    def publish_many(
        self, reports: Iterable[Mapping[str, Any]], number: str = "external_id", lane: str | None = None
    ) -> None:
        """Report many at once: one write to the spool, confirms pipelined."""
        self._spool.add(reports, number, lane)
        self.link.wake()

    def hear(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call `listener` with each feedback event, in a thread of its own, in the order of each report's numbers.

        A feedback counts as heard when the listener has returned; when it raises, it gets the same one again later.
        """
        if self._hearing is not None:
            raise RuntimeError("somebody hears already: one listener per Upstream")
        self._hearing = threading.Thread(target=self._hear, args=(listener,), name="wangge feedback", daemon=True)
        self._hearing.start()

    def _hear(self, listener: Callable[[dict[str, Any]], None]) -> None:
        while not self._closing.is_set():
            event = self._spool.next_feedback()
            if event is None:
                self.link.nap(0.5)
                continue
            try:
                listener(event)
            except Exception:
                log.exception("the listener failed on feedback %s and will get it again", event["id"])
                self._spool.not_heard(event)
                continue
            self._spool.heard(event)

    def ready(self, timeout: float = 10.0) -> None:
        """Wait for the connection; raises what stands in the way (see BrokerTrouble)."""
        self.link.ready(timeout)

    def flush(self, timeout: float | None = None) -> None:
        """Wait until the broker has confirmed every report in the spool; raises NoAnswer or what stands in the way."""
        self.link.wait_for(lambda: not self.count()["unconfirmed"], timeout, "not all reports were confirmed")

    def wait_answered(self, timeout: float | None = None) -> None:
        """Wait until the town has answered every report in the spool (received or rejected)."""
        self.link.wait_for(lambda: not self.count()["waiting"], timeout, "not all reports were answered")

    def answer(self, external_id: str) -> Answer | None:
        """Where one report stands; None when it was never published from here."""
        return self._spool.answer(external_id)

    def count(self) -> dict[str, int]:
        """Reports waiting, unconfirmed, received, rejected; feedback not heard yet."""
        return self._spool.count()

    def close(self) -> None:
        """End the connection. What is not answered stays in the spool for the next time."""
        self._closing.set()
        self.link.close()
        self.link.tell()
        if self._hearing is not None and self._hearing is not threading.current_thread():
            self._hearing.join(timeout=10)
        self._spool.close()

    def __enter__(self) -> "Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
