"""An outside system that hears what happens in a town."""

from wangge_client.subscriber.client import Subscriber
from wangge_client.subscriber.event import Cut, Event
from wangge_client.subscriber.missed import catch_up

__all__ = ["Cut", "Event", "Subscriber", "catch_up"]
