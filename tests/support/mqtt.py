"""Phones: what a person does with Debian's mosquitto-clients against a town's broker."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from deploy.provision.names import user_of, vhost_of
from deploy.provision.servers import Management, login_of
from tests.support.town import TemporaryTown

COME = 20.0  # seconds in which what comes has come


class Phone:
    """The MQTT client of one user of a town; `device` makes its client id."""

    def __init__(self, town: TemporaryTown, *place: str, device: str = "phone") -> None:
        api = Management(town.servers.amqp_admin_url)
        self.port = next(x["port"] for x in api.get("overview")["listeners"] if x["protocol"] == "mqtt")
        user, self.password = login_of(town.uri(*place))
        self.user, self.client = f"{vhost_of(town.name)}:{user}", f"{user_of(town.name, place[-1])}.{device}"

    def command(self, program: str, *options: str) -> list[str]:
        """Line by line, so that what it says is heard at once."""
        login = ["-u", self.user, "-P", self.password, "-i", self.client]
        return ["stdbuf", "-oL", program, "-h", "127.0.0.1", "-p", str(self.port), "-V", "mqttv311", *login, *options]

    def may_subscribe(self, topic: str, *options: str) -> bool:
        """Whether the broker grants it: RabbitMQ 3 closes the connection of whom it refuses, 4 says 128."""
        with started(self.command("mosquitto_sub", "-d", "-q", "1", "-t", topic, *options)) as process:
            connects = 0
            for line in process.stdout or ():
                connects += "sending CONNECT" in line
                if connects > 1 or "refused" in line.lower():
                    return False
                if line.startswith("Subscribed"):
                    return not line.rstrip().endswith("128")
        return False

    def publish(self, topic: str, *options: str) -> bool:
        """Whether the broker takes it over."""
        command = self.command("mosquitto_pub", "-q", "1", "-t", topic, "-m", "{}", *options)
        return subprocess.run(command, capture_output=True, timeout=COME).returncode == 0

    def hear(self, topic: str, count: int, *options: str, seconds: float = COME) -> list[str]:
        """The next `count` messages, or those that come in `seconds`; what was missed is kept under the client id."""
        waits = ["-C", str(count), "-W", str(max(1, int(seconds)))]
        command = self.command("mosquitto_sub", "-c", "-q", "1", "-t", topic, *waits, *options)
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds + COME).stdout.splitlines()


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process of which each line is heard; killed at the end of the block, as a phone that is switched off, and after
    `COME` anyhow."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    alarm = Timer(COME, process.kill)
    alarm.start()
    try:
        yield process
    finally:
        alarm.cancel()
        process.kill()
        process.communicate()
