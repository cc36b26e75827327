"""Be an upstream platform (`Upstream`) or a grid member (`Member`) of a Wangge town, over AMQP."""

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
from wangge_client.upstream import Answer, Upstream

__all__ = [
    "Answer",
    "BadAddress",
    "BadReport",
    "BadStore",
    "BrokerTrouble",
    "Member",
    "NoAnswer",
    "NotPermitted",
    "NotThere",
    "Notice",
    "Order",
    "Result",
    "Unreachable",
    "Upstream",
    "WanggeError",
    "WrongPassword",
]
