"""Everything that one run has for itself: servers, proxies, a small town with two replicas of each service."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg2

from deploy.provision.names import SERVICES, ProvisionError, database_of
from deploy.provision.servers import Servers
from deploy.provision.town import provision
from deploy.towns import files
from deploy.towns.small import write_small_town
from tests.chaos.checker import ENDED, Evidence, Violation, check, gather
from tests.chaos.history import History
from tests.chaos.people import People
from tests.chaos.proxy import Proxy
from tests.chaos.servers.broker import Broker
from tests.chaos.servers.database import Database
from tests.chaos.servers.processes import remove
from tests.chaos.traffic import Traffic
from tests.chaos.watch import Watch
from tests.support.processes import ServiceProcess
from tests.support.town import TemporaryTown

REPLICAS = 2
STILL = 240.0  # seconds after a fault, or after what came forward last, within which every case must have ended
SETTLE = 1800.0  # seconds after a fault within which it must, however much comes forward: cases may go in circles
LAST_WORDS = 15.0  # and then within which what was said last has arrived
# so soon a matter is over of which nobody says anything, and an answer on the page is judged
HURRY = {"window": "30 second", "link": {"after": "15 second", "open": "15 second"}, "settle": {"page": "2 second"}}


@dataclass(frozen=True)
class Needs:
    """What a fault wants to break: by default one broker node and one database on a usual disk."""

    nodes: int = 1
    replica: bool = False
    small_disk: bool = False
    channels: bool = False  # members are known to the chat platforms, so that notices can go out there too
    people: bool = True  # members act, so that every case ends; without them it is enough that each is assigned


class Guest(Protocol):
    """Somebody whom a fault brings along, until it has been checked what came of it. `patience`: seconds that this may
    take beyond what everybody else needs."""

    patience: float

    def settle(self) -> None:
        """All is well again; called now and then until nothing is broken any more."""

    def seen(self) -> dict[str, Any]:
        """What the checker has to know, by its names in the evidence."""

    def stop(self) -> None: ...


class World:
    """What faults act on. `random` is seeded: the same seed makes the same choices."""

    def __init__(self, needs: Needs, folder: Path, seed: str, history: History):
        self.needs, self.folder, self.history, self.random = needs, folder, history, random.Random(seed)
        self.broker = Broker(folder, needs.nodes)
        self.database = Database(folder, needs.replica, needs.small_disk)
        self.to_broker = Proxy([node.amqp for node in self.broker.nodes], self.random)
        self.to_database = [Proxy([port], self.random) for port in self.database.ports]
        self.kills = 0
        self.guests: list[Guest] = []
        self.healed: dt.datetime | None = None  # by the database's clock: since when nothing is broken

    @contextlib.contextmanager
    def running(self) -> Iterator[World]:
        with contextlib.ExitStack() as stack:
            stack.callback(self._end_servers)
            self.broker.start()
            self.database.start()
            self._write_town()
            rules = "practice" if self.needs.people else "normal"  # where nobody works, nobody is reminded either
            self.town = TemporaryTown(self._servers(), self.folder / "town", rules=rules, logs=self.folder)
            stack.push(self._leave_town)
            self.town.__enter__()
            self.town.start(replicas=REPLICAS)
            self.traffic = Traffic(self.town, self.history, self.random)
            self.watch = Watch(self.town, self.broker.first.admin_url, self.history)
            self.pilot = People(self.town)
            parts: list[Traffic | Watch | People] = [self.traffic, self.watch]
            for part in parts + ([self.pilot] if self.needs.people else []):
                part.start()
                stack.callback(part.stop)
            stack.callback(self.see_off)
            yield self

    def _write_town(self) -> None:
        write_small_town(self.folder / "town", chats=self.needs.channels)
        practice = self.folder / "town" / "rules" / "practice.yaml"
        rules = files.read_yaml(practice)
        rules["callback"] |= HURRY
        files.write_yaml(practice, rules, "For faults: nothing waits long for a reporter.")

    def _servers(self) -> Servers:
        database = self.database.url([proxy.port for proxy in self.to_database])
        return Servers(self.broker.first.admin_url, self.broker.uri(self.to_broker.port), database)

    def _leave_town(self, *error: object) -> None:
        for process in self.town.processes:
            process.kill() if process.alive else None
        with contextlib.suppress(ProvisionError, psycopg2.Error, OSError, RuntimeError):
            self.town.__exit__(None, None, None)  # the servers go anyway

    def _end_servers(self) -> None:
        for proxy in (self.to_broker, *self.to_database):
            proxy.close()
        self.broker.end()
        self.database.end()

    def one_of(self, service: str) -> ServiceProcess:
        """One replica, by seed."""
        return self.random.choice(self.town.of(service))

    def let_flow(self, seconds: float) -> None:
        """Reports flow and people work, whatever has been broken."""
        time.sleep(seconds)

    def kill(self, process: ServiceProcess) -> None:
        """As a power cut would; counted and noted."""
        process.kill()
        self.killed(process, "kill -9")

    def killed(self, process: ServiceProcess, how: str) -> None:
        self.kills += 1
        self.history.note("killed", process=process.name, how=how)

    def bring_back(self) -> None:
        """Every process runs and is ready."""
        for process in self.town.processes:
            process.signal(signal.SIGCONT)
            if not process.alive:
                process.start()
        for process in self.town.processes:
            process.wait_ready(90)

    def owner_url(self) -> str:
        """The town's database as its owner, past every proxy."""
        return self.database.url_of(self.database.leader, database_of(self.town.name))

    def as_owner(self, statement: str, lock_timeout: str = "10s") -> None:
        """Statements as the town's owner, as a migration runs them. Raises psycopg2.Error."""
        connection = psycopg2.connect(self.owner_url(), options=f"-c lock_timeout={lock_timeout}")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def discard(self, service: str, kind: str) -> None:
        """What an operator does with parked events that are of no use."""
        self.as_owner(f"DELETE FROM {service}.parked WHERE kind = '{kind}'")

    def provision(self) -> None:
        """Users, queues and bindings are made again where they are missing."""
        provision(self._servers(), self.town.name, self.town.secrets, self.folder / "town")

    def clock(self, off: str) -> dict[str, str]:
        """Settings of a process whose clock is off by so much (`+1h`, `-1d`). Raises RuntimeError."""
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        if not found:
            raise RuntimeError("libfaketime is not installed: run deploy/local/bootstrap.sh --tests")
        return {"LD_PRELOAD": str(found[0]), "FAKETIME": off, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def forget(self) -> None:
        """What the servers stored is of no use to anybody; logs stay."""
        for folder in (*self.folder.glob("rabbit?"), *self.folder.glob("postgres?"), self.folder / "town"):
            remove(folder)

    def note(self, text: str, **facts: Any) -> None:
        """What a fault does, for whoever reads the history."""
        self.history.note("fault", text=text, **facts)

    def settle(self) -> list[Violation]:
        """Everything is healed; when all cases have ended, or nothing moves any more, what was promised is checked."""
        for proxy in (self.to_broker, *self.to_database):
            proxy.heal()
        self.broker.heal()
        self.bring_back()
        self.healed = self.database.run("SELECT clock_timestamp()")[0][0]
        self.traffic.pause()
        self._wait_for_quiet()
        self.history.note("answers", **Counter(channel for channel, _ in self.pilot.taken))
        end = time.monotonic() + LAST_WORDS + sum(guest.patience for guest in self.guests)
        while (found := self._check()) and time.monotonic() < end:
            time.sleep(1.0)
        return found

    def _check(self) -> list[Violation]:
        for guest in self.guests:
            guest.settle()
        return check(self.evidence(), self.needs.people)

    def see_off(self) -> None:
        """The guests of a fault leave."""
        for guest in self.guests:
            guest.stop()
        self.guests.clear()

    def evidence(self) -> Evidence:
        traffic = self.traffic
        return gather(
            self.town,
            sent=set(traffic.sent),
            confirmed=set(traffic.confirmed),
            poison=set(traffic.poison),
            feedback=list(traffic.feedback),
            accepted=set(self.pilot.accepted),
            told_taken=set(self.pilot.taken),
            samples=self.watch.highest(),
            healed=self.healed,
            **{name: value for guest in self.guests for name, value in guest.seen().items()},
        )

    def _wait_for_quiet(self) -> None:
        """As long as cases come forward: what a fault piled up may take minutes to work off, the longer the slower the
        machine; what is checked meanwhile would tell of promises that are being kept just then."""
        most, end = -1, time.monotonic() + SETTLE
        still = end
        while not self._quiet() and time.monotonic() < min(still, end):
            if (done := self._done()) > most:
                most, still = done, time.monotonic() + STILL
            time.sleep(0.5)

    def _done(self) -> int:
        """Grows with every report that is taken in, everything that people did, every case that ended."""
        with contextlib.suppress(psycopg2.Error):
            ended = f"SELECT count(*) FROM cases WHERE state IN ({self._ended()})"
            done = self.town.rows("intake", f"SELECT ({ended}) + (SELECT count(*) FROM reports)")
            return int(done[0][0]) + len(self.pilot.accepted)
        return 0

    def _ended(self) -> str:
        return ", ".join(f"'{state}'" for state in (*ENDED, *(() if self.needs.people else ("dispatched",))))

    def _quiet(self) -> bool:
        alive = f"SELECT count(*) FROM cases WHERE state NOT IN ({self._ended()})"
        waiting = "SELECT (SELECT count(*) FROM unconfirmed) + (SELECT count(*) FROM parked WHERE due IS NOT NULL)"
        try:
            reports = {(s, e) for s, e in self.town.rows("intake", "SELECT source, external_id FROM reports")}
            return (
                self.traffic.good <= reports
                and not self.town.rows("intake", alive)[0][0]
                and not sum(self.town.rows(s, waiting)[0][0] for s in SERVICES)
            )
        except psycopg2.Error:
            return False
