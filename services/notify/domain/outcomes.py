"""What comes of one attempt to deliver something; every channel answers with one of these, and raises nothing."""

from __future__ import annotations

from typing import NamedTuple


class Delivered(NamedTuple):
    """The provider has taken it. With a receipt it is only accepted: the channel is asked later what became of it.
    `read`: whether the person has read it, where the provider knows that."""

    receipt: str = ""
    read: bool | None = None


PROVIDER, ACCOUNT, TARGET = "provider", "account", "target"


class TryLater(NamedTuple):
    """It has surely not gone out. `after` in seconds, as is asked for, or 0. `of`: what has to wait: the provider,
    which does not work as it should; our account, which has sent too much; or this one target alone."""

    after: float
    why: str
    of: str = PROVIDER


class Refused(NamedTuple):
    """It will never go out like this. `account`: it is our account that is refused, whatever the message."""

    reason: str
    account: bool = False


class Uncertain(NamedTuple):
    """It may have gone out: the provider had it, and its answer did not come."""

    why: str


Outcome = Delivered | TryLater | Refused | Uncertain


def why_of(outcome: Outcome) -> str:
    """The reason of an outcome, for people; empty when there is none to give."""
    if isinstance(outcome, Delivered):
        return ""
    return outcome.reason if isinstance(outcome, Refused) else outcome.why


def because(outcome: Outcome, why: str) -> Outcome:
    """The same outcome with its reason in other words."""
    if isinstance(outcome, Delivered):
        return outcome
    return outcome._replace(reason=why) if isinstance(outcome, Refused) else outcome._replace(why=why)
