"""The words of what goes out on channels: of one thing, or of many in one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from services.notify.domain.deliveries import Words
from services.notify.domain.facts import Facts
from services.notify.domain.templates import Item, Templates

TOGETHER, MIXED = "group", "digest"  # frames of many: of one place, of several


class Said(NamedTuple):
    """One thing to say: the kind of its template, the facts of its message, the id of the notice, if it is one."""

    kind: str
    facts: Facts
    notice_id: str | None = None


def words_of(said: Sequence[Said], channel: str, language: str, templates: Templates, url: str) -> Words:
    """As they fit on such a channel. Raises KeyError for a kind without words."""
    if len(said) == 1:
        nth = said[0].facts.get("again", 1)  # what nobody has read is said again
        return templates.render(said[0].kind, channel, language, said[0].facts, url, nth)
    places = {one.facts.get("place_text") for one in said}
    frame = TOGETHER if len(places) == 1 and places != {None} else MIXED
    items = [Item(one.kind, one.facts) for one in said]
    return templates.render_group(frame, channel, language, items, url)
