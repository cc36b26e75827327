"""A reporter opens a link, sees what was done, and answers. Whoever has the link may: it is made for one reporter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.callback.domain import links
from services.callback.domain.pace import Buckets, Pace
from services.callback.domain.questions import Questions
from services.callback.domain.rules import CHAT, PAGE
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.answering import Given, Outcome, answer_in
from services.callback.use_cases.linking import Address
from shared.http.links import Links

REPORTER = "reporter"
LOOKS, ANSWERS, VISITS = Pace(30, 30), Pace(10, 6), Pace(120, 120)


class Page(NamedTuple):
    """What there is to show: how the link stands; what it is about, and what was answered on it, where it is known."""

    standing: str
    about: Row = {}
    questions: Questions | None = None
    given: Row | None = None
    zone: dt.tzinfo = dt.UTC


class Filled(NamedTuple):
    """A form as it was sent: question id → value, free text, references of photos, over which chat the page was opened
    (empty: none), and what tells devices apart."""

    answers: Mapping[str, Any]
    text: str
    photos: Sequence[str]
    via: str
    version: str
    device: str


class Pages(NamedTuple):
    """What the pages of a process need: the address of links, what links to media are signed with, and how often who
    has come: for one link, for one link with an answer, from one address."""

    address: Address
    media: Links
    looks: Buckets
    answers: Buckets
    visits: Buckets


def pages(address: Address, media: Links) -> Pages:
    """Each replica counts for itself, from its start on."""
    return Pages(address, media, *(Buckets(pace) for pace in (LOOKS, ANSWERS, VISITS)))


def open_page(secret: str, open_work: OpenWork) -> Page:
    """What a link leads to now; that it was opened for the first time is noted."""
    digest = links.digest(secret)
    with open_work() as work:
        page = _page(digest, work)
        if page.standing == links.OPEN and page.about["opened_at"] is None:
            work.note_opened(digest, work.now())
            work.commit()
    return page


def answer_page(secret: str, filled: Filled, open_work: OpenWork) -> tuple[Page, Outcome | None]:
    """The answer is taken, or it is said why not; with the page as it is afterwards. No outcome: no such link."""
    digest = links.digest(secret)
    with open_work() as work:
        before = _page(digest, work)
        if before.standing == links.UNKNOWN:
            return before, None
        (outcome,) = answer_in([_given(before, filled, work.now())], work)
        work.commit()
        return _page(digest, work), outcome


def _given(page: Page, filled: Filled, now: dt.datetime) -> Given:
    about, kept = page.about, (page.given or {}).get("media", ())
    opened = about["opened_at"]
    return Given(
        about["follow_up_id"],
        CHAT if filled.via else PAGE,
        REPORTER,
        filled.answers,
        filled.text,
        list(dict.fromkeys((*kept, *filled.photos))),
        about["report"],
        filled.version or None,
        filled.device,
        (now - opened).total_seconds() if opened else None,
    )


def _page(digest: str, work: Work) -> Page:
    row = work.open_link(digest)
    if row is None:
        return Page(links.UNKNOWN)
    version = row["questions_version"]
    questions = work.questions([version]).get(version) if version else None
    given = work.answer_on_link(row["follow_up_id"], row["report"])
    standing = links.standing(row, work.now())
    return Page(standing, row, questions or work.asking().questions, given, work.calendar().zone)
