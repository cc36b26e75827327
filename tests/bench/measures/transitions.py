"""What a case costs the whole line: when notify hears nothing of what happens to cases, when it hears it and nobody has
subscribed, and when all of it goes into the feed and onto the exchange."""

from __future__ import annotations

from collections.abc import Callable

from deploy.provision.names import vhost_of
from deploy.provision.servers import Management, part
from shared.messaging.envelope import LANES
from tests.bench.audience import SSE, Audience, Subscriber
from tests.bench.machine import cpu_seconds
from tests.bench.measures.rate import half
from tests.bench.rate import run
from tests.bench.systems import Line
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "what hearing of transitions costs, CPU of services and servers for a case"
SECONDS, WARM = 20.0, 5.0
DEAF, HEARD, FED = "nothing is heard", "all is heard, nobody has subscribed", "all is heard and goes into the feed"


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town() as town:
            line = Line(town)
            line.start()
            run(line, half(workshop), WARM)
            stages: dict[str, Callable[[], object]] = {
                HEARD: lambda: None,
                FED: lambda: Audience(town, [Subscriber("all0000", SSE, None, None)]),
                DEAF: lambda: _unbind(town),
            }
            cost = {name: _stage(workshop, town, line, prepare) for name, prepare in stages.items()}
        for name in (DEAF, HEARD, FED):
            workshop.figures.add(GROUP, name, "ms", cost[name])
        for name in (HEARD, FED):
            workshop.figures.add(GROUP, f"{name}: more than without", "%", 100 * (cost[name] / cost[DEAF] - 1))


def _stage(workshop: Workshop, town: TemporaryTown, line: Line, prepare: Callable[[], object]) -> float:
    """CPU milliseconds for a case."""
    prepare()
    line.read()
    pids = [*line.pids(), *(pid for of in workshop.servers_pids().values() for pid in of)]
    before, done = sum(map(cpu_seconds, pids)), line.done()
    run(line, half(workshop), SECONDS)
    return 1000 * (sum(map(cpu_seconds, pids)) - before) / (line.done() - done)


def _unbind(town: TemporaryTown) -> None:
    """Notify's queues get nothing more."""
    api, vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
    with town.broker() as connection:
        channel = connection.channel()
        for queue in (f"notify.transitions.{lane}" for lane in LANES):
            for row in api.get(f"queues/{vhost}/{part(queue)}/bindings") or []:
                if row["source"]:
                    channel.queue_unbind(queue, row["source"], row["routing_key"])
