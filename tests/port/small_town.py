"""A private broker with one town's queues, and the smallest counterpart for clients."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pika

from shared.messaging.topology import queues_of_subscriber

SERVER = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
VHOST = "wangge-testtown"
PASSWORD = "secret"


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _user(name: str, write: str, read: str, topic: tuple[str, str] | None, definitions: dict) -> None:
    definitions["users"].append({"name": name, "password": PASSWORD, "tags": ""})
    permission = {"user": name, "vhost": VHOST, "configure": "^$", "write": write, "read": read}
    definitions["permissions"].append(permission)
    if topic:
        rule = {"user": name, "vhost": VHOST, "exchange": topic[0], "write": topic[1], "read": "^$"}
        definitions["topic_permissions"].append(rule)


def definitions() -> dict:
    """A town with source `hotline` and member `m1`, named as ARCHITECTURE.md section 2 says."""
    quorum, feed = {"x-queue-type": "quorum"}, queues_of_subscriber("county")
    bounded = {"x-max-length": 5, "x-overflow": "reject-publish"}
    queues = {
        "reports.hotline.normal": quorum, "reports.hotline.urgent": quorum, "feedback.hotline": quorum,
        "reports.small.normal": {**quorum, **bounded}, "feedback.small": quorum, "feedback.nowhere": quorum,
        "reports.patrol.normal": quorum, "members.m1": {}, "dispatch.actions": quorum, "notify.actions": quorum,
        **{queue.name: {**queue.arguments, "x-max-length": bound} for queue, bound in zip(feed, (10, 3), strict=True)},
    }  # fmt: skip
    bindings = [("reports", name, name.removeprefix("reports.")) for name in queues if name.startswith("reports.")]
    bindings += [("feedback", "feedback.hotline", "hotline"), ("feedback", "feedback.small", "small")]
    bindings += [("members", "members.m1", "m1")]
    bindings += [("actions", "notify.actions", f"*.{action}") for action in ("catch_up", "read")]
    bindings += [("feed", "feed.county", "*.*.#")]
    actions = ("acknowledge", "progress", "return", "resolve", "verify")
    bindings += [("actions", "dispatch.actions", f"*.{action}") for action in actions]
    told = {
        "vhosts": [{"name": VHOST}],
        "users": [{"name": "town", "password": PASSWORD, "tags": "administrator"}],
        "permissions": [{"user": "town", "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"}],
        "topic_permissions": [],
        "exchanges": [
            {"name": name, "vhost": VHOST, "type": "topic", "durable": True, "auto_delete": False, "arguments": {}}
            for name in ("reports", "actions", "members", "feedback", "feed")
        ],
        "queues": [
            {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": arguments}
            for name, arguments in queues.items()
        ],
        "bindings": [
            {"source": exchange, "vhost": VHOST, "destination": queue, "destination_type": "queue",
             "routing_key": key, "arguments": {}}
            for exchange, queue, key in bindings
        ],
    }  # fmt: skip
    for source in ("hotline", "small", "nowhere"):
        _user(f"testtown-{source}", "^reports$", rf"^feedback\.{source}$", ("reports", rf"^{source}\."), told)
    _user("testtown-m1", "^(actions|reports)$", r"^members\.m1$", ("actions", r"^m1\."), told)
    _user("testtown-county", "^$", r"^feed\.county(\.cut)?$", None, told)
    told["topic_permissions"].append(
        {"user": "testtown-m1", "vhost": VHOST, "exchange": "reports", "write": r"^patrol\.", "read": "^$"}
    )
    return told


class Broker:
    """A RabbitMQ of our own: own ports, own name server, own data."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.port = free_port()
        (folder / "definitions.json").write_text(json.dumps(definitions()))
        (folder / "plugins").write_text("[].")
        config = folder / "rabbitmq.conf"
        config.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\nload_definitions = {folder}/definitions.json\n")
        self._environment = os.environ | {
            "HOME": str(folder), "RABBITMQ_NODENAME": f"client{self.port}@localhost", "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"), "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"), "RABBITMQ_PID_FILE": str(folder / "pid"),
            "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }  # fmt: skip
        self._folder = folder
        self._process: subprocess.Popen | None = None

    def url(self, user: str, password: str = PASSWORD, vhost: str = VHOST) -> str:
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost}"

    def start(self) -> None:
        with open(self._folder / "output", "ab") as output:
            self._process = subprocess.Popen(
                [SERVER], env=self._environment, stdout=output, stderr=output, start_new_session=True
            )
        for _ in range(300):
            with contextlib.suppress(pika.exceptions.AMQPError, OSError):
                pika.BlockingConnection(pika.URLParameters(self.url("town"))).close()
                return
            time.sleep(0.2)
        raise RuntimeError(f"the broker did not start: {(self._folder / 'output').read_text()[-2000:]}")

    def stop(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(timeout=60)

    def end(self) -> None:
        self.stop()
        # the name server puts itself in the background, and would stay
        subprocess.run(["epmd", "-kill"], env=self._environment, capture_output=True, check=True)

    def restart(self) -> None:
        self.stop()
        self.start()


class Town:
    """The other side, as small as can be: takes what clients send, says what the town would say."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._connect()

    def _connect(self) -> None:
        self.connection = pika.BlockingConnection(pika.URLParameters(self._broker.url("town")))
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()

    def reconnect(self) -> None:
        self._connect()

    def take(self, queue: str, count: int = 1, seconds: float = 20) -> list[tuple[dict, pika.BasicProperties, str]]:
        """`count` messages as (event, properties, routing key); fails when they do not come in time."""
        taken, end = [], time.monotonic() + seconds
        while len(taken) < count:
            assert time.monotonic() < end, f"only {len(taken)} of {count} messages came to {queue} in {seconds} s"
            delivery, properties, body = self.channel.basic_get(queue, auto_ack=True)
            if delivery is None:
                time.sleep(0.02)
                continue
            taken.append((json.loads(body), properties, delivery.routing_key))
        return taken

    def depth(self, queue: str) -> int:
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def say(self, exchange: str, key: str, event_id: str, event_type: str, data: dict) -> None:
        event = {"specversion": "1.0", "id": event_id, "source": "/testtown/notify", "type": event_type, "data": data}
        properties = pika.BasicProperties(delivery_mode=2, content_type="application/cloudevents+json")
        self.channel.basic_publish(exchange, key, json.dumps(event).encode(), properties, mandatory=True)

    def feedback(
        self, external_id: str | None, feedback_number: int | None, kind: str = "case_updated", **data
    ) -> None:
        said = {"external_id": external_id, "feedback_number": feedback_number, **data}
        self.say("feedback", "hotline", f"f-{external_id}-{feedback_number}", f"feedback.{kind}.v1", said)

    def notice(self, notice_number: int, kind: str = "work_assigned", **data) -> None:
        said = {"notice_number": notice_number, "kind": kind, **data}
        self.say("members", "m1", f"n-{notice_number}", f"notice.{kind}.v1", said)

    def happened(self, position: int, transition: str = "work_assigned") -> None:
        data = {"position": position, "transition": transition, "number": f"C-{position}", "area": ["t1"]}
        self.say("feed", f"{transition}.0102.t1", f"f-{position}", f"feed.{transition}.v1", data)

    def empty(self) -> None:
        for queue in [queue["name"] for queue in definitions()["queues"]]:
            self.channel.queue_purge(queue)


def until(true, seconds: float = 20) -> None:
    """Wait until `true()` says so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.02)
