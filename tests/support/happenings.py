"""What happens to cases, as the other services say it, for a town with notify alone; and a client that listens."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pika

from deploy.provision.names import vhost_of
from deploy.towns.small import TOWNSHIP, VILLAGE
from shared.messaging.envelope import BATCH, Event, new_id
from tests.support.town import TemporaryTown
from tests.support.waiting import until

AREAS = [
    (TOWNSHIP, None, "小镇"),
    (VILLAGE, TOWNSHIP, "小村"),
    ("g001", VILLAGE, "第1网格"),
    ("g002", VILLAGE, "第2网格"),
]
MEMBERS = [
    ("m001", "worker", "g001"),
    ("m002", "worker", "g002"),
    ("l001", "leader", "g001"),
    ("l002", "leader", "g002"),
    ("guide1", "leader", VILLAGE),
    ("desk1", "desk", TOWNSHIP),
]


def settle(town: TemporaryTown) -> None:
    """Areas and members, as notify has copied them."""
    with town.database("notify") as connection, connection.cursor() as cursor:
        for area, parent, name in AREAS:
            cursor.execute("INSERT INTO areas VALUES (%s, 1, %s, %s, 'grid')", (area, parent, name))
        for member, role, area in MEMBERS:
            cursor.execute(
                "INSERT INTO members (member_id, version, name, language, active, role, grid_id) "
                "VALUES (%s, 1, %s, 'zh', true, %s, %s)",
                (member, member, role, area),
            )


class Happenings:
    """Says what happens, on the exchange `messages`."""

    def __init__(self, town: TemporaryTown):
        """Its connection may be silent for as long as a test waits for something."""
        self.town = town
        uri = f"{town.servers.amqp_admin(vhost_of(town.name))}?heartbeat=0"
        self._connection = pika.BlockingConnection(pika.URLParameters(uri))
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()

    def close(self) -> None:
        self._connection.close()

    def case(self, number: str, area: str | None = "g001", level: str = "P3", **more: Any) -> None:
        data = {"number": number, "level": level, "kind": "complaint", "category": "0102", "grid_id": area}
        data |= {"source": "hotline", "title": "路灯不亮", "place_text": "村口", "round": 1}
        self.say("intake.case_registered.v1", [data | more])

    def say(self, kind: str, some: list[dict[str, Any]]) -> list[str]:
        """One message of these; gives the events' ids."""
        ids = [new_id() for _ in some]
        events = [
            Event(
                event_id,
                kind,
                f"/{self.town.name}/{kind.split('.')[0]}",
                dt.datetime.now(dt.UTC).isoformat(),
                data,
                subject=data["number"],
                correlationid=str(uuid.uuid5(uuid.NAMESPACE_URL, data["number"])),
                sequence=1,
            )
            for event_id, data in zip(ids, some, strict=True)
        ]
        body = b"[" + b",".join(event.encode() for event in events) + b"]"
        properties = pika.BasicProperties(content_type=BATCH, delivery_mode=2)
        self._channel.basic_publish("messages", f"{kind}.normal", body, properties, mandatory=True)
        return ids

    def work(self, name: str, *numbers: str, **more: Any) -> list[str]:
        """`work("assigned", "1", "2")`: this happens to the orders of these cases."""
        return self.say(f"dispatch.work_{name}.v1", [{"number": number, "round": 1} | more for number in numbers])


class Listener:
    """Reads server-sent events as a browser does, in a thread of its own; with `reads=False` it never reads."""

    def __init__(self, url: str, token: str, last: int | None = None, reads: bool = True):
        parts = urlsplit(url)
        assert parts.hostname
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        if not reads:
            connection.sock = socket.socket()
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sock.connect((parts.hostname, parts.port or 80))
        headers = {"Authorization": f"Bearer {token}"} | ({} if last is None else {"Last-Event-ID": str(last)})
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        self._socket = connection.sock
        self.answer = connection.getresponse()
        self.events: list[dict[str, Any]] = []
        self.others: list[tuple[str, Any]] = []
        self.last = last
        self.opened = self.ended = False
        if reads:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        """Until the stream ends."""
        kind, data, last = "", "", self.last
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := self.answer.readline():
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "id":
                    last = int(value)
                elif field == "data":
                    data = value
                elif field == "event":
                    kind = value
                elif not field and not value:
                    self.last = last
                    if data:
                        self._heard(kind, json.loads(data))
                    self.opened |= last is not None
                    kind, data = "", ""
        self.ended = True

    def _heard(self, kind: str, data: Any) -> None:
        if kind:
            self.others.append((kind, data))
        else:
            self.events.append(data)

    def close(self) -> None:
        """Both directions at once: whoever reads meanwhile reads the end."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def listening(url: str, token: str, last: int | None = None) -> Iterator[Listener]:
    """A listener to whom everything comes from now on."""
    listener = Listener(url, token, last)
    try:
        assert listener.answer.status == 200, listener.answer.status
        until(lambda: listener.opened)
        yield listener
    finally:
        listener.close()
