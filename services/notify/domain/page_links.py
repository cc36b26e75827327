"""The link in what is said on a channel: it leads to the page of one notice, until a time that stands in it. Nothing is
kept for it; its secret is made anew from the ring (shared/http/links.py) wherever it is written or followed."""

from __future__ import annotations

import base64
import datetime as dt
import re
import uuid
from typing import NamedTuple

PATH = "/notify/n/"
OPEN_FOR = dt.timedelta(days=14)
_FORM = re.compile(r"([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{22})\.([0-9a-f]{1,10})\.([A-Za-z0-9_-]{22})")


class PageLink(NamedTuple):
    """The last part of a link; `expires` in seconds since 1970."""

    key_id: str
    notice_id: str
    expires: int
    secret: str = ""

    @property
    def about(self) -> str:
        """What the secret stands for."""
        return f"notice/{self.notice_id}/{self.expires}"

    def written(self) -> str:
        short = base64.urlsafe_b64encode(uuid.UUID(self.notice_id).bytes).decode().rstrip("=")
        return f"{self.key_id}.{short}.{self.expires:x}.{self.secret}"


def link_to(notice_id: str, key_id: str, now: dt.datetime) -> PageLink:
    """Without its secret."""
    return PageLink(key_id, notice_id, int((now + OPEN_FOR).timestamp()))


def read_link(text: str) -> PageLink | None:
    """None for what was never written here."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    notice_id = str(uuid.UUID(bytes=base64.urlsafe_b64decode(f"{found[2]}==")))
    return PageLink(found[1], notice_id, int(found[3], 16), found[4])
