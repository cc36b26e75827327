"""The three steps on dramatiq: confirms, acknowledged after the commit; quorum queues because the vhost says so."""

from __future__ import annotations

from typing import Any

import dramatiq  # type: ignore[import-not-found]
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker  # type: ignore[import-not-found]
from dramatiq.middleware import Retries, ShutdownNotifications  # type: ignore[import-not-found]

from tests.bench.peers import database
from tests.bench.peers.settings import read
from tests.bench.peers.steps import Steps

_settings = read()
_steps = Steps(_settings.town, _settings.members)
_persistent = pika.BasicProperties(delivery_mode=2, content_type="application/cloudevents+json")

broker = RabbitmqBroker(
    url=_settings.amqp_uri, confirm_delivery=True, middleware=[Retries(max_retries=20), ShutdownNotifications()]
)
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name=_settings.queue("register"))
def register(report: dict[str, Any]) -> None:
    values, message = _steps.register(report)
    database.run("register", values)
    assign.send(message)


@dramatiq.actor(queue_name=_settings.queue("assign"))
def assign(message: dict[str, Any]) -> None:
    values, message = _steps.assign(message)
    database.run("assign", values)
    notify.send(message)


@dramatiq.actor(queue_name=_settings.queue("notify"))
def notify(message: dict[str, Any]) -> None:
    values, member = _steps.notify(message)
    body = database.run("notify", values)
    broker.channel.basic_publish("members", member, (body or "").encode(), _persistent)


def send(report: dict[str, Any]) -> None:
    register.send(report)
