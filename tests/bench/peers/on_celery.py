"""The three steps on Celery: quorum queues, confirms, acknowledged after the commit."""

from __future__ import annotations

from typing import Any

from celery import Celery  # type: ignore[import-not-found]
from kombu import Exchange, Queue

from tests.bench.peers import database
from tests.bench.peers.settings import STEPS, read
from tests.bench.peers.steps import Steps

_settings = read()
_steps = Steps(_settings.town, _settings.members)
_quorum = {"x-queue-type": "quorum"}

app = Celery("peer", broker=_settings.amqp_uri)
app.conf.update(
    task_queues=[
        Queue(q, Exchange(q, type="topic"), routing_key=q, queue_arguments=_quorum)
        for q in (_settings.queue(step) for step in STEPS)
    ],
    task_routes={f"{step}": {"queue": _settings.queue(step)} for step in STEPS},
    task_default_queue=_settings.queue("register"),
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_prefetch_multiplier=16,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    task_serializer="json",
    accept_content=["json"],
)


@app.task(name="register")
def register(report: dict[str, Any]) -> None:
    values, message = _steps.register(report)
    database.run("register", values)
    assign.delay(message)


@app.task(name="assign")
def assign(message: dict[str, Any]) -> None:
    values, message = _steps.assign(message)
    database.run("assign", values)
    notify.delay(message)


@app.task(name="notify")
def notify(message: dict[str, Any]) -> None:
    values, member = _steps.notify(message)
    body = database.run("notify", values)
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            (body or "").encode(),
            exchange="members",
            routing_key=member,
            delivery_mode=2,
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
        )


def send(report: dict[str, Any]) -> None:
    register.delay(report)
