"""Links to the pages of notices: made for what is said on channels, followed by whoever has them."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any, NamedTuple

from services.notify.domain.page_links import PATH, link_to, read_link
from services.notify.store import SQL, OpenWork
from shared.http.links import Links

OPEN, OVER, UNKNOWN = "open", "over", "unknown"


class Pages(NamedTuple):
    """Where people reach the town ('' where nobody does: then there are no links), and what signs the links."""

    public_url: str
    keys: Links

    def link(self, notice_id: str, now: dt.datetime) -> str:
        """The address of the page of a notice (its id), open for a while from now on; '' without PUBLIC_URL."""
        if not self.public_url:
            return ""
        link = link_to(notice_id, self.keys.current, now)
        return self.public_url + PATH + link._replace(secret=self.keys.secret(link.about, link.key_id)).written()


class Opened(NamedTuple):
    """What is behind a link: `body` and `at` of the notice, `until` when the link is open."""

    standing: str
    kind: str = ""
    body: dict[str, Any] = {}
    at: str = ""
    until: str = ""
    title: str = ""


def open_notice(text: str, language: str, keys: Links, open_work: OpenWork) -> Opened:
    """What the last part of a link leads to; the database is asked only about links that were made here."""
    link = read_link(text)
    try:
        known = link is not None and hmac.compare_digest(keys.secret(link.about, link.key_id), link.secret)
    except KeyError:  # the key has left the ring
        known = False
    if link is None or not known:
        return Opened(UNKNOWN)
    with open_work() as work:
        row = work.one(SQL.notice_by_id, id=link.notice_id)
        if row is None:
            return Opened(UNKNOWN)
        kind, body, at = row
        if work.now().timestamp() >= link.expires:
            return Opened(OVER)
        title = work.templates().render(kind, "", language, body).title
    until = dt.datetime.fromtimestamp(link.expires, dt.UTC)
    return Opened(OPEN, kind, body, at.isoformat(), until.isoformat(), title)
