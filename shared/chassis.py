"""What every service stands on: `/livez`, `/readyz` and `/metrics` on their own address, and timers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import eventlet
import orjson
import prometheus_client
from eventlet import wsgi
from nameko.extensions import DependencyProvider
from nameko.web.server import parse_address

from shared.db.extension import Database
from shared.db.migrate import folders_of, migrations_of
from shared.messaging.listener import Listener
from shared.observability import metrics
from shared.outbox.relay import Relay
from shared.outbox.unit_of_work import QUERIES, UnitOfWork

log = logging.getLogger(__name__)
OUTBOX_TOO_OLD = 60.0  # seconds that a row may wait for its confirm before the service calls itself not ready


class Operations(DependencyProvider):
    """The operators' door of a service, and the daily care of its partitions."""

    database = Database()
    relay = Relay()
    listener = Listener()

    def __init__(
        self, needs: list[str] | None = None, gauges: Callable[[UnitOfWork], list[metrics.Gauge]] | None = None
    ):
        super().__init__()
        self.needs = needs or []
        self.gauges = gauges

    def setup(self) -> None:
        metrics.expose(self._gauges)

    def start(self) -> None:
        self._sock = eventlet.listen(parse_address(self.container.config["settings"].ops_address))
        self._server = self.container.spawn_managed_thread(self._serve, identifier="operations")
        self.container.spawn_managed_thread(self._maintain, identifier="partitions")

    def stop(self) -> None:
        self._server.kill()
        self._sock.close()

    def _serve(self) -> None:
        wsgi.server(self._sock, self._answer, log_output=False, keepalive=False)

    def _maintain(self) -> None:
        while True:
            try:
                with self.relay.open_work() as work:
                    work.one(QUERIES.maintain_partitions)
                    work.commit()
                eventlet.sleep(3600)
            except Exception as error:
                log.warning("partitions were not maintained: %s", error)
                eventlet.sleep(60)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", prometheus_client.CONTENT_TYPE_LATEST)])
            return [prometheus_client.generate_latest()]
        if path not in ("/livez", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/livez /readyz /metrics\n"]
        problems = self.problems() if path == "/readyz" else []
        start_response("503 Service Unavailable" if problems else "200 OK", [("Content-Type", "application/json")])
        return [orjson.dumps({"ready": not problems, "problems": problems} if path == "/readyz" else {"alive": True})]

    def problems(self) -> list[str]:
        """Why this service is not ready; empty when it is."""
        missing = self.listener.missing
        found = [f"{len(missing)} queues are missing, {missing[0]} first: run the provisioning job"] if missing else []
        if not self.listener.connected:
            found.append("no connection to the broker for consuming")
        if self.relay.problem:
            found.append(self.relay.problem)
        try:
            with self.relay.open_work() as work:
                found += self._database_problems(work)
        except Exception as error:
            found.append(f"the database cannot be asked: {str(error).strip()}")
        return found

    def _database_problems(self, work: UnitOfWork) -> list[str]:
        service = self.container.config["settings"].service
        known = {name for (name,) in work.all("SELECT name FROM migrations")}
        found = [
            f"migration {name} is missing: run the provisioning job"
            for name, _ in migrations_of(folders_of(service))
            if name not in known
        ]
        found += [
            f"the table {table} is empty: load the town or `make resay WHAT={table}`"
            for table in self.needs
            if not work.one(f"SELECT EXISTS (SELECT 1 FROM {table})")[0]
        ]
        age = work.one(QUERIES.oldest_unsettled)[0]
        if age > OUTBOX_TOO_OLD:
            found.append(f"the oldest message has waited {age:.0f} s for the broker's confirm")
        return found

    def _gauges(self) -> list[metrics.Gauge]:
        with self.relay.open_work() as work:
            age, count = work.one(QUERIES.oldest_unsettled)
            parked = work.all(QUERIES.parked_totals)
            gauges: list[metrics.Gauge] = [
                ("wangge_outbox_oldest_age_seconds", "Age of the oldest unconfirmed outbox row.", [], [([], age)]),
                ("wangge_outbox_unsettled_rows", "Outbox rows without a confirm.", [], [([], count)]),
                ("wangge_parked_events", "Parked events by kind.", ["kind"], [([k], n) for k, n, _ in parked]),
                (
                    "wangge_parked_oldest_age_seconds",
                    "Age of the oldest parked event by kind.",
                    ["kind"],
                    [([k], a) for k, _, a in parked],
                ),
            ]
            return gauges + (self.gauges(work) if self.gauges else [])
