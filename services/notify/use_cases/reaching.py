"""Reporters get the link on which they answer by text message, where the town has an account for it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from itertools import groupby

from services.notify import messages
from services.notify.channels import metrics
from services.notify.domain.deliveries import Wanted, Way
from services.notify.domain.reporters import REPORTER, SMS, carries_links, not_before, words
from services.notify.domain.templates import Templates
from services.notify.store import OpenWork, Work
from services.notify.use_cases.delivering import deliver, supersede
from shared.http.links import Links
from shared.messaging.message import Heard
from shared.sealing import KeyRing

log = logging.getLogger(__name__)
PHONE = "phone"  # the field that a number is bound to, beside what its link is about
ERASED = "whoever reported it has been erased"
SETTLED = "its question is settled"


def tell_reporters(heard: Sequence[Heard], links: Links, keys: KeyRing, open_work: OpenWork) -> None:
    """Links for reporters go out, in the order in which all of it was said; none about what is settled meanwhile, and
    of who has been erased nothing is kept."""
    unreachable = 0
    with open_work() as work:
        for kind, group in groupby(work.first_time(heard), key=lambda message: message.event.type):
            together = list(group)
            if kind == messages.ReporterToTell.TYPE:
                unreachable += _tell(together, links, keys, work)
            elif kind == messages.ReporterErased.TYPE:
                work.forget_reporters({message.number for message in together}, ERASED)
            else:
                supersede({_about(message) for message in together}, SETTLED, work)
        work.commit()
    if unreachable:
        metrics.count([(None, "no_way")] * unreachable)
        log.warning("no text message to %s reporters: no account of the way sms carries links", unreachable)


def _tell(due: Sequence[Heard], links: Links, keys: KeyRing, work: Work) -> int:
    """Gives how many cannot be reached."""
    accounts = work.accounts({one.account_id for one in work.candidates({SMS}).get(SMS, ())})
    if not accounts or not all(carries_links(account["settings"]) for account in accounts):
        return len(due)
    wanted = [(message, links.address(message.answer_link)) for message in due]
    templates, now = work.templates(), work.now()
    deliver([_wanted(message, url, keys, now, templates) for message, url in wanted if url], work, keys)
    return 0


def _wanted(message: Heard, url: str, keys: KeyRing, now: dt.datetime, templates: Templates) -> Wanted:
    link, closes_at = message.answer_link["about"], dt.datetime.fromisoformat(message.closes_at)
    return Wanted(
        key=f"link/{link}",
        about=_about(message),
        person=REPORTER,
        level=message.level,
        words=words(message.number, url, closes_at, templates),
        ways=(Way(SMS, keys.open(message.phone, link, PHONE)),),
        number=message.number,
        not_before=not_before(now, message.level),
        expires_at=closes_at,
    )


def _about(message: Heard) -> str:
    """The links of one case."""
    return f"link/{message.case_id}"
