"""What reporters are told by text message, and when: that it is done, and where they say how; not what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from services.notify.domain.deciding import URGENT
from services.notify.domain.deliveries import Words
from services.notify.domain.texts import TOWN_TIME

SMS = "sms"  # the way
REPORTER = "reporter"  # who is told; a delivery names nobody
FIRST, LAST = 9, 20  # hours in the town: nothing comes before the one, nor from the other on
ZH = "您反映的事项{number}已办结,请于{until}前评价"
EN = "Report {number} is done: rate it by {until}"


def words(number: str, url: str, closes_at: dt.datetime) -> Words:
    """In Chinese as the title and in English as the text: nobody knows which the reporter reads. Each fits into a place
    of a template."""
    until = f"{closes_at.astimezone(TOWN_TIME):%Y-%m-%d %H:%M}"
    return Words(ZH.format(number=number, until=until), EN.format(number=number, until=until), url)


def not_before(now: dt.datetime, level: str) -> dt.datetime | None:
    """When it may go out first; None: now. Nobody is woken, except for what is urgent (P1, P2)."""
    here = now.astimezone(TOWN_TIME)
    if level in URGENT or FIRST <= here.hour < LAST:
        return None
    day = here if here.hour < FIRST else here + dt.timedelta(days=1)
    return day.replace(hour=FIRST, minute=0, second=0, microsecond=0)


def by_day(wait: float, now: dt.datetime, level: str) -> float:
    """Seconds until a further attempt that was to come after so many: where that is at night, until the morning."""
    begin = not_before(now + dt.timedelta(seconds=wait), level)
    return (begin - now).total_seconds() if begin else wait


def carries_links(settings: Mapping[str, str]) -> bool:
    """Whether a link arrives that is sent with such an account: its template, if it has one, has a place for it."""
    template = settings.get("template")
    return template is None or "{url}" in template or "{code}" in template
