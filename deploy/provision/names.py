"""Names of what a town has on the broker and in the database (ARCHITECTURE.md, section 2)."""

from __future__ import annotations

from shared.messaging.topology import check_name
from shared.settings import TOWN

SERVICES = ("intake", "dispatch", "callback", "notify", "board")
SEALED = ("intake", "notify")  # these hold the key ring for personal data
SIGNS = "dispatch"  # this one signs members in: it alone holds the key that tokens are signed with
SEALS = "dispatch"  # takes members' numbers in and never reads them: it holds the key that seals for the ring
LINKED = "callback"  # shows media and asks by links: it holds the keys that these are signed with, not the ring itself
LINKS = ("media", "answers")  # what these links are for
PATROL = "patrol"  # the source that members report as; nobody signs in as it


class ProvisionError(Exception):
    """The town cannot be provisioned; the text says why and how to repair it."""


def check_town(town: str) -> str:
    """The name itself. Raises ProvisionError for one that does not fit into the names made of it."""
    if not TOWN.fullmatch(town):
        raise ProvisionError(f"town {town!r} must match {TOWN.pattern}: small letters, digits and hyphens, 2 to 21")
    return town


def check_client(name: str) -> str:
    """A source's or member's name. Raises ProvisionError; a service's name would lend its rights to a client."""
    if name in SERVICES:
        raise ProvisionError(f"{name!r} is the name of a service: rename the source or member")
    try:
        check_name(name)
    except ValueError as error:
        raise ProvisionError(str(error)) from error
    return name


def vhost_of(town: str) -> str:
    return f"wangge-{check_town(town)}"


def database_of(town: str) -> str:
    return f"wangge_{check_town(town).replace('-', '_')}"


def owner_of(town: str) -> str:
    """The role that owns the database and its schemas, and runs the migrations."""
    return f"{database_of(town)}_owner"


def role_of(town: str, service: str) -> str:
    return f"{database_of(town)}_{service}"


def user_of(town: str, name: str) -> str:
    """The broker user of a service, source or member."""
    return f"{check_town(town)}-{name}"
