"""Five thousand subscribers connected while the line runs at half of its ceiling: events fanned out, how long from
what happened to who hears of it, how long members wait for their notices, what broker and notify take. Then the same
beside a few who have subscribed to everything, and once more when these have stopped reading."""

from __future__ import annotations

import resource
import threading
import time
from collections import Counter
from typing import Any

from deploy.local.supervision import file_limit
from deploy.provision.names import vhost_of
from deploy.provision.servers import Management, part
from tests.bench.audience import AMQP, MQTT, SSE, Audience, Subscriber, spread
from tests.bench.clients import listening, percentile
from tests.bench.crowd import Listeners, crowds
from tests.bench.machine import cpu_seconds, memory
from tests.bench.measures.rate import half
from tests.bench.rate import run, wait_until
from tests.bench.systems import Line
from tests.bench.workshop import Workshop, members_of
from tests.support.town import TemporaryTown

WAYS = {SSE: 2500, MQTT: 2000, AMQP: 500}
GRIDS, MEMBERS = 420, 2
GREEDY = {SSE: 5, MQTT: 5, AMQP: 5}  # they have subscribed to everything
NOTICED = 100  # members whose clients listen for notices
SECONDS, WARM, QUIET, LATE = 20.0, 5.0, 3.0, 15.0
GROUP = f"{sum(WAYS.values()):,} subscribers, the line at half of its ceiling"
BESIDE = f"the same, beside {sum(GREEDY.values())} who have subscribed to everything"
DEAF = "the same, when these have stopped reading"
NAMES = {SSE: "stream", MQTT: "MQTT", AMQP: "queue"}
FED = """SELECT transition, area ->> -1, count(*) FROM feed WHERE position > %s AND position <= %s GROUP BY 1, 2"""
LAST = "SELECT last FROM feed_positions"


def measure(workshop: Workshop) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for _ in range(workshop.times):
        with workshop.town(GRIDS, MEMBERS) as town:
            _once(workshop, town)


def _once(workshop: Workshop, town: TemporaryTown) -> None:
    line, began = Line(town), time.monotonic()
    line.start()
    wait_until(lambda: town.rows("notify", "SELECT count(*) FROM areas")[0][0] >= GRIDS, 120)
    audience = Audience(town, spread(WAYS, GRIDS))
    workshop.say(f"  {sum(WAYS.values()):,} subscribers made after {time.monotonic() - began:.0f} s")
    watch = Watch(workshop, town)
    watch.see("before they connect")
    with crowds(audience.targets()) as listeners:
        workshop.say(f"  and connected after {time.monotonic() - began:.0f} s")
        time.sleep(QUIET)
        watch.see("all connected")
        watch.pids["clients"] = [one.pid for one in listeners.values()]
        run(line, half(workshop), WARM)
        stretches = [_stretch(workshop, town, line, watch, listeners, GROUP)]
        with crowds(_greedy(town).targets()) as greedy:
            stretches.append(_stretch(workshop, town, line, watch, listeners, BESIDE))
            for one in greedy.values():
                one.stop_reading()
            stretches.append(_stretch(workshop, town, line, watch, listeners, DEAF))
            _waiting(workshop, town)
        heard = {way: one.end() for way, one in listeners.items()}
    for stretch in stretches:
        _tell(workshop, town, audience, heard, stretch)
    lost = sum(columns["lost"] for columns in heard.values())
    workshop.figures.add(GROUP, "subscribers who were cut off", "", lost, "0", (0.0).__eq__)


def _greedy(town: TemporaryTown) -> Audience:
    names = [(f"greedy-{way}{number:04d}", way) for way, count in GREEDY.items() for number in range(count)]
    return Audience(town, [Subscriber(name, way, None, None) for name, way in names])


class Watch:
    """Memory and CPU of notify, the broker and the subscribers' clients."""

    def __init__(self, workshop: Workshop, town: TemporaryTown):
        self._figures = workshop.figures
        self.pids = {"notify": [town.of("notify")[0].pid], "broker": workshop.servers_pids()["RabbitMQ"]}

    def see(self, when: str) -> None:
        for who in ("notify", "broker"):
            self._figures.add(GROUP, f"memory of {who}, {when}", "MiB", self._memory(who))

    def highest(self, done: threading.Event) -> dict[str, float]:
        """The most memory that each has had until then."""
        most = Counter[str]()
        while not done.wait(0.5):
            most |= Counter({who: round(self._memory(who)) for who in self.pids})
        return dict(most)

    def used(self) -> dict[str, float]:
        return {who: sum(map(cpu_seconds, of)) for who, of in self.pids.items()}

    def _memory(self, who: str) -> float:
        return sum(map(memory, self.pids[who]))


Stretch = tuple[str, int, int, float]  # its group of figures, positions of the feed from and to, seconds


def _stretch(
    workshop: Workshop, town: TemporaryTown, line: Line, watch: Watch, listeners: dict[str, Listeners], group: str
) -> Stretch:
    """The line at half of its ceiling for a while."""
    most, done = dict[str, float](), threading.Event()
    watching = threading.Thread(target=lambda: most.update(watch.highest(done)))
    line.read()
    watching.start()
    first, before, began = _last(town), watch.used(), time.monotonic()
    with listening(dict(list(members_of(town).items())[:NOTICED]), SECONDS + LATE) as clients:
        trial = run(line, half(workshop), SECONDS)
        took, after = time.monotonic() - began, watch.used()
    last = heard = -1
    while (last, heard) != (found := (_last(town), sum(one.heard() for one in listeners.values()))):
        last, heard = found  # until everything has come
        time.sleep(QUIET)
    done.set()
    watching.join()
    figures = workshop.figures
    figures.add(group, "reports sent", "1/s", trial.sent_rate)
    for share in (50, 99):
        waits = [1000 * seconds for _, seconds, _ in clients.heard]
        figures.add(group, f"notice, from report to member's client, p{share}", "ms", percentile(waits, share / 100))
    for who, use in after.items():
        figures.add(group, f"{who}, of one core", "%", 100 * (use - before[who]) / took)
        figures.add(group, f"memory of {who}, at most", "MiB", most.get(who, 0.0))
    return group, first, last, took


def _tell(
    workshop: Workshop, town: TemporaryTown, audience: Audience, heard: dict[str, dict[str, Any]], stretch: Stretch
) -> None:
    group, first, last, took = stretch
    fed = {(what, area): count for what, area, count in town.rows("notify", FED, first, last)}
    add, total, times = workshop.figures.add, 0, list[float]()
    for way, columns in heard.items():
        inside = [at for at, position in enumerate(columns["position"]) if first < position <= last]
        came = {(columns["who"][at], columns["position"][at]) for at in inside}
        wanted = sum(fed.get((one.transition, one.area), 0) for one in audience.of(way))
        total += len(came)
        times += [columns["at"][at] for at in inside]
        add(group, f"{NAMES[way]}, heard of what is theirs", "%", 100 * len(came) / wanted, "100", (100.0).__eq__)
        for column, since in (("took", "what happened"), ("said", "its commit in notify")):
            for share in (50, 99):
                value = percentile([1000 * columns[column][at] for at in inside], share / 100)
                add(group, f"{NAMES[way]}, from {since}, p{share}", "ms", value)
    add(group, "events in the feed", "1/s", (last - first) / took)
    add(group, "events fanned out", "1/s", total / (max(times) - min(times)))


def _waiting(workshop: Workshop, town: TemporaryTown) -> None:
    """How much the broker keeps for those who do not read."""
    api, vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
    rows = [row for row in api.get(f"queues/{vhost}?columns=name,messages") or [] if "greedy-" in row["name"]]
    for way, mark in ((MQTT, "mqtt-"), (AMQP, "feed.")):
        longest = max((row.get("messages", 0) for row in rows if row["name"].startswith(mark)), default=0)
        workshop.figures.add(DEAF, f"{NAMES[way]}, events that wait for one who does not read", "", longest)


def _last(town: TemporaryTown) -> int:
    return int(town.rows("notify", LAST)[0][0])
