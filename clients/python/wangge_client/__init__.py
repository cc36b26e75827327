"""Be an upstream platform (`Upstream`), a grid member (`Member`) or a subscriber (`Subscriber`) of a Wangge town, over
AMQP."""

from wangge_client.errors import (
    BadAddress,
    BadReport,
    BadStore,
    BrokerTrouble,
    NoAnswer,
    NotPermitted,
    NotThere,
    Unreachable,
    WanggeError,
    WrongPassword,
)
from wangge_client.member import Member, Notice, Order, Result
from wangge_client.subscriber import Cut, Event, Subscriber
from wangge_client.upstream import Answer, Upstream

__all__ = [
    "Answer",
    "BadAddress",
    "BadReport",
    "BadStore",
    "BrokerTrouble",
    "Cut",
    "Event",
    "Member",
    "NoAnswer",
    "NotPermitted",
    "NotThere",
    "Notice",
    "Order",
    "Result",
    "Subscriber",
    "Unreachable",
    "Upstream",
    "WanggeError",
    "WrongPassword",
]
