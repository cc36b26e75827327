"""Notify's read side: one function, one question."""

from services.notify.views.gauges import gauges
from services.notify.views.told import channels, deliveries, delivery, is_person, lies_within, notices_after, sent
from services.notify.views.wanted import silences, subscriptions
from services.notify.views.words import preview, template, templates

__all__ = [
    "channels",
    "deliveries",
    "delivery",
    "gauges",
    "is_person",
    "lies_within",
    "notices_after",
    "preview",
    "sent",
    "silences",
    "subscriptions",
    "template",
    "templates",
]
