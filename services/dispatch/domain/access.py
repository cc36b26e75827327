"""Who may see and do what in dispatch: role × area × category. Decided here, and nowhere else.

Everybody may see and do what is their own. What reaches further is in RIGHTS. A token says the role, the post in the
town, and the area at which a leader's rights end (`grant`); the other services hold the same claims against their data.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from services.dispatch.domain.words import DEPARTMENTS

# roles of tokens
MEMBER, LEADER, DESK = "member", "leader", "desk"
SOURCE = "source"  # an upstream platform
SIGNED_IN = (DESK, LEADER, MEMBER)
# posts of members, as the town's list of members has them, that are more than a member
ROLES = {"leader": LEADER, "guide": LEADER, "desk": DESK}

# how far rights reach
OWN, PLATFORM, AREA, TOWN = "own", "platform", "area", "town"
# what is done
SEE_ORDERS, SEE_ALL_ASKED = "see_orders", "see_all_asked"
MANAGE_LEAVES, MANAGE_DUTY, ASSIGN = "manage_leaves", "manage_duty", "assign"
SEE_SCORES = "see_scores"
SEE_PROJECTS, MANAGE_PROJECTS = "see_projects", "manage_projects"
ARRANGE, COUNT_VISITS = "arrange_appointments", "count_visits"
SEE_SESSIONS, END_SESSIONS = "see_sessions", "end_sessions"
SEE_SUPERVISION = "see_supervision"

RIGHTS: dict[str, dict[str, str]] = {  # action → role or post → reach; for all others it is what is their own
    SEE_ORDERS: {DESK: TOWN, LEADER: AREA} | dict.fromkeys(DEPARTMENTS, PLATFORM),
    SEE_ALL_ASKED: {DESK: TOWN},
    MANAGE_LEAVES: {DESK: TOWN, LEADER: AREA},
    SEE_PROJECTS: {DESK: TOWN, LEADER: AREA},
    MANAGE_PROJECTS: {DESK: TOWN, LEADER: AREA},
    SEE_SUPERVISION: {DESK: TOWN, LEADER: AREA},
    ARRANGE: {DESK: TOWN, LEADER: AREA},
    COUNT_VISITS: {DESK: TOWN},
    MANAGE_DUTY: {DESK: TOWN, LEADER: AREA},
    ASSIGN: {DESK: TOWN, LEADER: AREA},
    SEE_SCORES: {DESK: TOWN, LEADER: AREA},
    SEE_SESSIONS: {DESK: TOWN},
    END_SESSIONS: {DESK: TOWN},
}


class Grant(NamedTuple):
    """What a member's token says besides the name."""

    role: str
    post: str
    area: str | None


class Person(NamedTuple):
    """Who asks. `area`: where the rights of a leader end; None: nowhere."""

    name: str
    role: str
    post: str | None = None
    area: str | None = None


class Scope(NamedTuple):
    """How far somebody's rights reach for an action: to what is `name`'s own, and to the area, or the categories of the
    platform, or everything."""

    name: str
    area: str | None = None
    platform: str | None = None
    everything: bool = False


EVERYTHING = Scope("", everything=True)  # of administrators


class Matter(NamedTuple):
    """What it is about: whose it is, the areas around it (its grid and all above), the platform of its category."""

    owners: Collection[str | None] = ()
    areas: Collection[str | None] = ()
    platform: str | None = None


def grant(post: str, unit: str, is_whole_town: bool) -> Grant:
    """The claims of a member with this post, who works in this unit; `is_whole_town`: nothing lies above it."""
    role = ROLES.get(post, MEMBER)
    return Grant(role, post, unit if role == LEADER and not is_whole_town else None)


def scope(person: Person, action: str) -> Scope:
    """How far the rights of somebody reach. Raises KeyError for an action that the table does not know."""
    rights = RIGHTS[action]
    reach = rights.get(person.post or "") or rights.get(person.role, OWN)
    if reach == PLATFORM:
        return Scope(person.name, platform=person.post)
    if reach == OWN:
        return Scope(person.name)
    return Scope(person.name, area=person.area, everything=reach == TOWN or person.area is None)


def may(person: Person, action: str, matter: Matter) -> bool:
    """Whether somebody may do this to that; lists are cut by `scope`, which says the same."""
    reach = scope(person, action)
    if reach.everything or reach.name in matter.owners:
        return True
    if reach.area is not None:
        return reach.area in matter.areas
    return reach.platform is not None and reach.platform == matter.platform
