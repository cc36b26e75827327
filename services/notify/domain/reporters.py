"""What reporters are told by text message, and when: that it is done, and where they say how; not what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from services.notify.domain.deciding import URGENT
from services.notify.domain.deliveries import Words
from services.notify.domain.templates import LANGUAGES, Templates
from services.notify.domain.town_time import TOWN_TIME

SMS = "sms"  # the way
CHANNEL = "sms_aliyun"  # whose room it is: the providers of one way stand in for each other
REPORTER = "reporter"  # who is told; a delivery names nobody
FIRST, LAST = 9, 20  # hours in the town: nothing comes before the one, nor from the other on
KIND = "reporter_asked"  # of the templates


def words(number: str, url: str, closes_at: dt.datetime, templates: Templates) -> Words:
    """In Chinese as the title and in English as the text: nobody knows which the reporter reads. Each fits into a place
    of an approved template."""
    facts = {"number": number, "until": closes_at.isoformat()}
    zh, en = (templates.render(KIND, CHANNEL, language, facts).text for language in LANGUAGES)
    return Words(zh, en, url)


def not_before(now: dt.datetime, level: str) -> dt.datetime | None:
    """When it may go out, whichever attempt it is; None: now. Nobody is woken, except for what is urgent (P1, P2)."""
    here = now.astimezone(TOWN_TIME)
    if level in URGENT or FIRST <= here.hour < LAST:
        return None
    day = here if here.hour < FIRST else here + dt.timedelta(days=1)
    return day.replace(hour=FIRST, minute=0, second=0, microsecond=0)


def carries_links(settings: Mapping[str, str]) -> bool:
    """Whether a link arrives that is sent with such an account: its template, if it has one, has a place for it."""
    template = settings.get("template")
    return template is None or "{url}" in template or "{code}" in template
