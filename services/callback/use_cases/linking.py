"""Who was not reached gets a link, on which the question can be answered without a call.

The secret in a link is made anew wherever it is sent (by intake and notify, which tell sources; by the desk), from the
key that the message names: so it stands in no message, journal or table. Nothing is said at night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from services.callback import messages
from services.callback.domain import links
from services.callback.domain.cards import CARDS
from services.callback.domain.follow_up import reporters_of
from services.callback.domain.refusing import ended
from services.callback.errors import FollowUpUnknown, NotOpen
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.saying import say
from shared.http.links import Links
from shared.masking import mask
from shared.messaging.message import Heard
from shared.rounds import work_off

AT_ONCE = 100  # follow-ups of one transaction


class Address(NamedTuple):
    """Where reporters answer, and the keys that the secrets of links are made with."""

    public_url: str
    keys: Links

    def url(self, follow_up_id: str, report: str, key_id: str) -> str:
        """The link of one reporter."""
        return self.public_url + links.PATH + self.keys.secret(links.about(follow_up_id, report), key_id)


def keep_works(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What handlers say that they have done, and show of it."""
    with open_work() as work:
        work.put_works([_work(message) for message in work.first_time(heard)])
        work.commit()


def _work(message: Heard) -> Row:
    after = [one for one in message.evidence if one not in message.before]
    row = {"case_id": message.case_id, "round": message.round, "note": mask(message.note)}
    row |= {"before": message.before, "after": after}
    return row | {"resolved_at": message.event.time, "sequence": message.event.sequence or 0}


def issue_links(address: Address, open_work: OpenWork) -> int:
    """Links that are due now; gives for how many follow-ups."""
    return work_off(partial(_issue_some, address), open_work)


def _issue_some(address: Address, work: Work) -> int:
    now = work.now()
    if not work.call_times(work.call_terms()).open_at(now):
        return 0
    terms = work.link_terms()
    rows = work.lock_to_link(now, now - terms.after, AT_ONCE)
    merged = work.merged_into([row["number"] for row in rows])
    for row in rows:
        reports = reporters_of(row, merged.get(row["number"], ()))
        row["closes_at"] = links.closing(now, row["closes_at"], terms.stays_open)
        _make(row, reports, address, work, now)
        _say(row, address, work)
    work.note_linked([{"id": row["id"], "linked_at": now, "closes_at": row["closes_at"]} for row in rows])
    work.count_said({row["case_id"]: row["said"] for row in rows})
    return len(rows)


def give_links(follow_up_id: str, who: str, address: Address, open_work: OpenWork) -> dict[str, Any]:
    """The links of a follow-up, for the desk to send them by hand; noted. Raises CallbackError."""
    with open_work() as work:
        row = work.lock_follow_ups([follow_up_id]).get(follow_up_id)
        if row is None:
            raise FollowUpUnknown(follow_up_id)
        if row["state"] != "open":
            raise NotOpen(row["number"], row, ended(row))
        now = work.now()
        _make(row, reporters_of(row, work.merged_into([row["number"]]).get(row["number"], ())), address, work, now)
        keys = work.links_of(follow_up_id)
        work.view_links(follow_up_id, list(keys), who, now)
        closes_at = links.closing(now, row["closes_at"], work.link_terms().stays_open)
        work.note_linked([{"id": row["id"], "linked_at": None, "closes_at": closes_at}])
        zone = work.calendar().zone
        work.commit()
    until = f"{closes_at.astimezone(zone):%Y-%m-%d %H:%M}"
    given = [_given(report, address.url(follow_up_id, report, key_id), until) for report, key_id in keys.items()]
    return {"number": row["number"], "round": row["round"], "closes_at": closes_at, "links": given}


def _given(report: str, url: str, until: str) -> dict[str, Any]:
    cards = {chat: card(report, f"{url}?via={chat}", until) for chat, card in CARDS.items()}
    return {"report": report, "url": url, "cards": cards}


def _make(row: Row, reports: Sequence[str], address: Address, work: Work, now: dt.datetime) -> None:
    """What is kept of the links of a follow-up: a digest each."""
    key_id = address.keys.current
    secrets = {report: address.keys.secret(links.about(row["id"], report), key_id) for report in reports}
    common = {"follow_up_id": row["id"], "key_id": key_id, "made_at": now}
    work.add_links([common | {"report": r, "digest": links.digest(secret)} for r, secret in secrets.items()])


def _say(row: Row, address: Address, work: Work) -> None:
    """The reporters are to get their links; what is made of which key stays so, whatever key comes into use."""
    url = address.public_url + links.PATH
    made = {
        report: {"url": url, "key": key_id, "about": links.about(row["id"], report)}
        for report, key_id in work.links_of(row["id"]).items()
    }
    data = {"round": row["round"], "follow_up_id": row["id"], "closes_at": row["closes_at"].isoformat(), "links": made}
    say(messages.LinkDue, row, row["case_id"], work, **data)
