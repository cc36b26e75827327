"""Sources are told how their reports fare: each thread in order, the next number after the last was taken."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify import channels
from services.notify.domain.notices import about_report
from services.notify.store import OpenWork, Place, Row, Work
from services.notify.use_cases.noticing import tell
from shared.http.links import Links
from shared.messaging.message import Heard

PATROL = "patrol"  # the source that members report as: they hear in their own queues
BODY = (
    "external_id",
    "feedback_number",
    "number",
    "state",
    "open311_status",
    "text_zh",
    "text_en",
    "reasons",
    "reference",
    "solved",
    "satisfaction",
    "answer",
    "times",
)


def feed_back(heard: Sequence[Heard], links: Links, open_work: OpenWork) -> list[str]:
    """Feedback for sources goes out in order, or waits for what comes before it; members hear theirs as notices."""
    with open_work() as work:
        new = work.first_time(heard)
        words, found = work.templates(), [message for message in new if _of_member(message)]
        tell([(about_report(vars(message), words), message.event) for message in found], work)
        due = {_place(message): message for message in new if not _of_member(message)}
        before = work.lock_places([_before(place) for place in due if place[2] > 1])
        early = [message for place, message in due.items() if not _follows(place, before, due)]
        work.too_early(early, "what this source was told before it is not known here yet")
        ready = [(place, message) for place, message in due.items() if message not in early]
        added = work.add_feedback([_row(message, place, links) for place, message in ready])
        now = [row for row in added if row["number"] == 1 or before.get(_before(_place_of(row)))]
        work.add_waiting([row for row in added if row not in now])
        again = work.delivered([message.feedback_id for _, message in ready if message.again])
        channels.send_feedback(work.feedback(again) + now, work)
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]


def settle(work: Work, outcomes: Sequence[tuple[str, str]]) -> None:
    """The broker has taken deliveries: noted, and the next feedback of each thread goes out."""
    names = {"confirmed": "delivered"}
    rows = [{"id": row_id, "outcome": names.get(outcome, outcome)} for row_id, outcome in outcomes]
    settled = work.settle_deliveries(rows)
    taken = [row["item_id"] for row in settled if row["channel"] in channels.FEEDBACK]
    channels.send_feedback(work.release_after(taken), work)
    channels.count(settled)


def _place(message: Heard) -> Place:
    """The thread is the external id; unreadable reports have none, and are kept apart by their reference."""
    return message.source, message.external_id or f"? {message.reference}", message.feedback_number


def _before(place: Place) -> Place:
    return (*place[:2], place[2] - 1)


def _place_of(row: Row) -> Place:
    return row["source"], row["thread"], row["number"]


def _follows(place: Place, known: dict[Place, bool], due: dict[Place, Heard]) -> bool:
    """Whether everything before it is known here, so that nothing can be left out."""
    while place[2] > 1:
        place = _before(place)
        if place in known:
            return True
        if place not in due:
            return False
    return True


def _of_member(message: Heard) -> bool:
    return message.source == PATROL and "/" in message.external_id


def _row(message: Heard, place: Place, links: Links) -> Row:
    """As it is sent; a link on which the reporter answers is made here, for the source alone."""
    source, thread, number = place
    body = {name: getattr(message, name) for name in BODY} | ({"update": message.update} if message.update else {})
    if message.answer_link and (link := links.address(message.answer_link)):
        body["link"] = link
    identity = {"id": message.feedback_id, "source": source, "thread": thread, "number": number}
    return identity | {"kind": message.kind, "body": body}
