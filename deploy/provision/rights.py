"""What each kind of user may do on the broker: least rights, as regular expressions.

Where a user has no topic permission for an exchange RabbitMQ allows everything; so there is always one. Names go into
the expressions only when they have been checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deploy.provision.hearing import Hearing
from deploy.provision.names import PATROL, check_client, user_of

NOTHING = r"^\z"  # not `$`, before which a line may end
LANE = "(urgent|normal)"


@dataclass(frozen=True)
class Rights:
    """What a user may configure, write and read, and per exchange (may publish, may bind) routing keys; regular
    expressions, nothing by default."""

    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    topics: dict[str, tuple[str, str]] = field(default_factory=dict)


def of_service(service: str) -> Rights:
    """A service reads its own queues and says its own messages; notify also makes and fills the queues of members, and
    says what has happened to anybody who may hear it."""
    topics = {"messages": (rf"^{service}\.", NOTHING)}
    if service == "notify":
        name = "[a-z0-9][a-z0-9-]{1,38}"
        topics |= {"members": (rf"^{name}\z", rf"^{name}\z"), "feedback": (rf"^{name}\z", NOTHING)}
        return Rights(
            configure=rf"^members\.{name}\z",
            write=rf"^(messages|members|feedback|feed|members\.{name})\z",
            read=r"^(members|notify\..+)\z",
            topics=topics | {"feed": (r"^[a-z_]+\..+\z", NOTHING)},
        )
    reads = r"^(intake|reports)\..+\z" if service == "intake" else rf"^{service}\..+\z"
    return Rights(write=r"^messages\z", read=reads, topics=topics)


def of_source(source: str) -> Rights:
    """A source publishes its own reports and hears its own feedback."""
    name = re.escape(check_client(source))
    return Rights(
        write=r"^reports\z", read=rf"^feedback\.{name}\z", topics={"reports": (rf"^{name}\.{LANE}\z", NOTHING)}
    )


def of_member(town: str, member: str) -> Rights:
    """A member acts and reports in its own name, and hears its own notices: from its queue, or by MQTT."""
    name, phone = re.escape(check_client(member)), mqtt_queues(town, member)
    return Rights(
        configure=rf"^{phone}\z",
        write=rf"^(actions|reports|{phone})\z",
        read=rf"^(members\.{name}|feed|{phone})\z",
        topics={
            "actions": (rf"^{name}\.[a-z_]+\z", NOTHING),
            "reports": (rf"^{PATROL}\.{LANE}\z", NOTHING),
            "feed": (NOTHING, rf"^{name}\z"),
        },
    )


def of_subscriber(town: str, subscriber: str, heard: Hearing) -> Rights:
    """A subscriber binds and reads its own queue, or queues of MQTT, within what it may hear."""
    name, phone = re.escape(check_client(subscriber)), mqtt_queues(town, subscriber)
    return Rights(
        configure=rf"^{phone}\z",
        write=rf"^(feed\.{name}|{phone})\z",
        read=rf"^(feed|feed\.{name}(\.cut)?|{phone})\z",
        topics={"feed": (NOTHING, rf"^{heard.pattern()}\z")},
    )


def mqtt_queues(town: str, name: str) -> str:
    """The queues that the broker makes for MQTT clients of a user: the client id is the user's name, perhaps with a dot
    and the device behind it. No name has a dot, so no other user's client id is among them."""
    return rf"mqtt-subscription-{re.escape(user_of(town, name))}(\.[A-Za-z0-9-]{{1,40}})?qos[01]"
