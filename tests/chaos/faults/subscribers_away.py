"""Subscribers by stream, MQTT and their own queues lose power and come back, while notify is killed, one replica or
both, and the broker too: each hears everything that is theirs in the end, streams in order, and nothing else."""

from __future__ import annotations

from tests.bench.audience import AMQP, MQTT, SSE, Subscriber
from tests.chaos.ears import Ears
from tests.chaos.world import World

ROUNDS = 15
AREAS = ("g001", "g002", None)
TRANSITIONS = ("work_assigned", "case_closed", None)


def run(world: World) -> None:
    outside = [
        Subscriber(f"{way}{at:04d}", way, area, transition)
        for way in (SSE, MQTT, AMQP)
        for at, (area, transition) in enumerate(zip(AREAS, TRANSITIONS, strict=True))
    ]
    ears = Ears(world, outside)
    world.guests.append(ears)
    for _ in range(ROUNDS):
        ears.leave(*world.random.sample(ears.names, world.random.randint(1, len(outside) // 2)))
        world.let_flow(world.random.uniform(0.5, 3))
        _break(world)
        world.let_flow(world.random.uniform(0.5, 2))
        ears.come(*ears.names)
        world.let_flow(world.random.uniform(0, 3))
        world.bring_back()


def _break(world: World) -> None:
    """A replica of notify, both, the broker, or nothing."""
    what = world.random.choice(("one", "one", "both", "broker", "nothing"))
    if what == "broker":
        world.note("the broker is killed")
        world.broker.first.kill()
        world.let_flow(world.random.uniform(0, 2))
        world.broker.first.start()
    for process in world.random.sample(world.town.of("notify"), {"one": 1, "both": 2}.get(what, 0)):
        if process.alive:
            world.kill(process)
