"""Metrics of every service. Names: `wangge_<noun>_<unit>`; no ids as labels; the service is a scrape label."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client import Gauge as LiveGauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
EVENTS = (1, 2, 5, 10, 20, 50, 100, 200, 400)

heard = Counter("wangge_messages_heard_total", "Messages heard, by handler and outcome.", ["handler", "outcome"])
said = Counter(
    "wangge_messages_said_total",
    "Messages published, by exchange, type and answer of the broker.",
    ["exchange", "type", "outcome"],
)
swept = Counter(
    "wangge_outbox_swept_rows_total", "Outbox rows that the sweep had to say because nobody had confirmed them."
)
ticks = Counter(
    "wangge_timer_calls_total",
    "Calls of timers, by what came of them: done, outage, again, fault.",
    ["timer", "outcome"],
)
batch_seconds = Histogram("wangge_batch_duration_seconds", "Time to settle one batch.", ["handler"], buckets=SECONDS)
batch_events = Histogram("wangge_batch_size_events", "Events in one batch.", ["handler"], buckets=EVENTS)
requests = Counter("wangge_http_requests_total", "HTTP requests by route and status.", ["route", "status"])
request_seconds = Histogram(
    "wangge_http_request_duration_seconds", "Time to answer an HTTP request.", ["route"], buckets=SECONDS
)
listeners = LiveGauge(
    "wangge_http_listeners", "Clients that listen now, by what they hear and how (sse, poll).", ["stream", "way"]
)
listeners_lost = Counter(
    "wangge_http_listeners_lost_total", "Clients that were cut off because they did not read, by stream.", ["stream"]
)

Gauge = tuple[str, str, list[str], Iterable[tuple[list[str], float]]]


class DatabaseGauges(Collector):
    """Gauges that are read from the database when somebody scrapes; a database that is away leaves them out."""

    def __init__(self, read: Callable[[], list[Gauge]]):
        self._read = read

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            gauges = self._read()
        except Exception:
            yield GaugeMetricFamily("wangge_database_up", "Whether the last scrape could read the database.", value=0)
            return
        yield GaugeMetricFamily("wangge_database_up", "Whether the last scrape could read the database.", value=1)
        for name, text, labels, samples in gauges:
            family = GaugeMetricFamily(name, text, labels=labels)
            for values, number in samples:
                family.add_metric(values, number)
            yield family


def expose(read: Callable[[], list[Gauge]]) -> None:
    """Read these gauges whenever /metrics is asked for."""
    REGISTRY.register(DatabaseGauges(read))
