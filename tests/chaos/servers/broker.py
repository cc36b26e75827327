"""RabbitMQ of one node or three."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.local import rabbitmq
from deploy.local.checkout import account
from deploy.provision.names import ProvisionError
from deploy.provision.servers import Management
from tests.chaos.servers.processes import Server, own_folder, remove, wait_until
from tests.support.processes import free_port

CTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


class Node:
    """One node with data, ports and log of its own."""

    def __init__(self, folder: Path, number: int, epmd: int, cookie: str, secret: str):
        self.home = own_folder("rabbitmq", folder / f"rabbit{number}")
        self.amqp, self.management, distribution, metrics, mqtt = (free_port() for _ in range(5))
        self.name = f"chaos{self.amqp}@localhost"
        self._cookie, self._secret = cookie, secret
        self._write = lambda: rabbitmq.write_node(self.home, self.amqp, mqtt, self.management, metrics, secret)
        self.environment = rabbitmq.node_environment(self.home, self.name, epmd, distribution)
        self.server = Server("rabbitmq", [str(rabbitmq.SERVER)], self.environment, folder / f"rabbit{number}.log")
        self._prepare()

    def _prepare(self) -> None:
        self._write()
        rabbitmq.write_cookie(self.home, self._cookie)

    @property
    def admin_url(self) -> str:
        return f"http://{rabbitmq.ADMIN}:{self._secret}@127.0.0.1:{self.management}"

    def start(self) -> None:
        self.server.start()
        try:
            wait_until(self.answers, 90, f"{self.name} answers", 0.3)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.server.tail()}") from error

    def stop(self) -> None:
        self.server.end()

    def kill(self) -> None:
        self.server.end(signal.SIGKILL)

    def wipe(self) -> None:
        """Everything that it knew is gone; it has to be stopped."""
        remove(self.home / "data")
        self._prepare()

    def answers(self) -> bool:
        try:
            Management(self.admin_url, timeout=5).get(f"health/checks/port-listener/{self.amqp}")
        except ProvisionError:
            return False
        return True

    def ctl(self, *command: str) -> str:
        """rabbitmqctl on this node; what it printed. Raises RuntimeError with its words."""
        done = subprocess.run(
            [CTL, "--quiet", "-n", self.name, *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **self.environment},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
            **account("rabbitmq"),
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()


class Broker:
    """`count` nodes that form one cluster, with a name server of their own."""

    def __init__(self, folder: Path, count: int = 1):
        self._epmd_port, cookie, secret = free_port(), secrets.token_hex(20), secrets.token_urlsafe(24)
        self.secret, self._cookie = secret, cookie
        self._separated: list[tuple[Node, Node]] = []
        self.nodes = [Node(folder, number, self._epmd_port, cookie, secret) for number in range(1, count + 1)]
        epmd = [shutil.which("epmd") or "/usr/bin/epmd", "-address", "127.0.0.1", "-port", str(self._epmd_port)]
        self._epmd = Server("rabbitmq", epmd, {"HOME": "/"}, folder / "epmd.log")

    def start(self) -> None:
        self._epmd.start()
        first, *others = self.nodes
        first.start()
        for node in others:
            node.start()
            node.ctl("stop_app")
            node.ctl("join_cluster", first.name)
            node.ctl("start_app")

    @property
    def first(self) -> Node:
        return self.nodes[0]

    def uri(self, port: int) -> str:
        """The administrator's address, by way of a port that leads to the nodes."""
        return f"amqp://{rabbitmq.ADMIN}:{self.secret}@127.0.0.1:{port}/%2F"

    def separate(self, pairs: list[tuple[Node, Node]]) -> None:
        """These nodes hear each other no more: their connection ends, and each takes the other for a stranger."""
        for one, other in pairs:
            for here, there in ((one, other), (other, one)):
                stranger = f"erlang:set_cookie('{there.name}', 'away_from_{here.amqp}')"
                here.ctl("eval", f"{stranger}, erlang:disconnect_node('{there.name}').")
        self._separated += pairs

    def join(self) -> None:
        """All hear each other again."""
        for one, other in self._separated:
            for here, there in ((one, other), (other, one)):
                here.ctl("eval", f"erlang:set_cookie('{there.name}', '{self._cookie}').")
        self._separated = []

    def heal(self) -> None:
        """Every node runs and hears the others."""
        self.join()
        for node in self.nodes:
            node.server.send(signal.SIGCONT)
            if not node.server.alive:
                node.server.start()
        for node in self.nodes:
            wait_until(node.answers, 120, f"{node.name} answers", 0.3)

    def end(self) -> None:
        for node in self.nodes:
            node.server.end(signal.SIGKILL)
        self._epmd.end(signal.SIGKILL)
