"""Dispatch's read side: one function, one question. Nothing personal is shown."""

from services.dispatch.views.gauges import gauges
from services.dispatch.views.orders import assists, order_by_id, orders, requests
from services.dispatch.views.scores import adoption, score_cases, scores, tallies_astray, town_today

__all__ = [
    "adoption",
    "assists",
    "gauges",
    "order_by_id",
    "orders",
    "requests",
    "score_cases",
    "scores",
    "tallies_astray",
    "town_today",
]
