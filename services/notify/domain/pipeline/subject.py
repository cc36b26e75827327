"""A notification as the pipeline sees it: what it is about, whom it is for, where it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

NEW, HELD, SILENCED = "new", "held", "silenced"  # the latter two are looked at again, when they are due
SENT, MUTED, REPEATED, NO_ROUTE, NO_WAY, EXPIRED = "sent", "muted", "repeated", "no_route", "no_way", "expired"
WAITING = (NEW, HELD, SILENCED)
LEVELS = ("P1", "P2", "P3", "P4")
NO_LEVEL = "P4"  # as urgent as what has no level: projects
GROUPABLE = ("receiver", "number", "kind", "category", "area", "place", "level")
_NO_CALL = (  # notices that tell of an end, or of what is not to be done any more; all others ask somebody to act
    *("work_verified", "work_withdrawn", "work_taken_away", "check_taken_away", "assist_done", "assist_released"),
    *("interview_held", "interview_dropped", "appointment_cancelled", "supervision_copied", "public_notice", "letter"),
    *("yellow_card", "red_card", "problem_case", "case_updated", "report_received", "report_rejected"),
)
OF_A_MERGER = frozenset(
    {"work_withdrawn", "news_case_merged", "news_work_withdrawn"}
)  # kinds that say that a case is merged
DEADLINES = {  # kind → the fact that is its deadline; for others it is due_at
    **dict.fromkeys(("work_offered", "approval_wanted", "more_time_wanted"), "until"),
    "assist_wanted": "assist_due_at",
    "appointment_booked": "starts_at",
}


@dataclass(frozen=True)
class Subject:
    """`area`: the areas in which the case lies, from the root down. What is not known is empty."""

    kind: str
    receiver: str
    role: str = ""
    number: str = ""
    level: str = ""
    category: str = ""
    area: tuple[str, ...] = ()
    place: str = ""
    sources: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """One of GROUPABLE."""
        if name == "area":
            return self.area[-1] if self.area else ""
        return str(getattr(self, name))


@dataclass(frozen=True)
class Item:
    """`part`: the route because of which it goes out beside another (`continue`), else empty. `is_notice`: it stands in
    the member's own queue, too. `words_key`: the same for the same words about the same case. `parent`: the open case
    that its case is merged into. `ended`: its case has come to an end. `has_words`: there is a template for it.
    `tried`: ways that it does not take, because what it repeats has gone there and was not read."""

    id: str
    event_id: str
    subject: Subject
    created_at: dt.datetime
    words_key: str
    part: str = ""
    is_notice: bool = True
    state: str = NEW
    gathered: bool = False  # it was held, and goes with whatever else was held
    group_key: str = ""
    deadline: dt.datetime | None = None
    parent: str = ""
    ended: bool = False
    has_words: bool = True
    tried: tuple[str, ...] = ()


def is_call(item: Item) -> bool:
    """Whether it asks somebody to act: of no use when the case has ended. What one has subscribed to never does."""
    return item.is_notice and item.subject.kind not in _NO_CALL


def level_of(subject: Subject) -> str:
    return subject.level or NO_LEVEL
