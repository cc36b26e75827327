"""The feed: what has happened to cases, thin, for everybody who has subscribed: the same however it travels."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify.domain.deciding import URGENT
from services.notify.domain.deliveries import lane_of
from services.notify.store import Row, Work
from shared.messaging.envelope import Event

FEED = "feed"
LASTING = (
    "position",
    "transition",
    "number",
    "round",
    "level",
    "category",
    "kind",
    "area",
    "at",
)  # of a row, what is said


def feed_event(row: Row, address: str) -> Event:
    """The CloudEvent of what happened: no title, no text, nobody's name. A webhook hears it without its position."""
    data = {name: row[name] for name in LASTING if name in row}
    time = row["created_at"].isoformat()
    kind = f"feed.{row['transition']}.v1"
    about = {"subject": row["number"], "causationid": row["event_id"], "lane": lane_of(row["level"] in URGENT)}
    return Event(row["id"], kind, address, time, data, **about)


def say_feed(rows: Sequence[tuple[Row, str]], work: Work) -> None:
    """Rows of the feed with their routing keys, onto the exchange; who binds a queue there hears them."""
    keys = {row["id"]: key for row, key in rows}
    events = [feed_event(row, work.address) for row, _ in rows]
    work.say(events, FEED, key=lambda event: keys[event.id])
