"""Sources read what they are told, say how far they have come, and are told again what they have missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from services.intake.domain.reconciliation import BEHIND, Difference, compare
from services.intake.errors import NeverAcknowledged, SourceUnknown
from services.intake.store import OpenWork, Work
from services.intake.use_cases.telling import say_again
from shared.http.links import Links

PLACED = 2_000  # feedback that gets its position at one reading
PAGE = 500  # reports that are reconciled in one transaction
Belief = dict[str, Any]  # external_id, and feedback_number or state


def poll(source: str, after: int, limit: int, acknowledges: bool, links: Links, open_work: OpenWork) -> dict[str, Any]:
    """What a source was told after a cursor, in order. It then knows what came before, if it is the source that asks.

    A position is given when it is asked for, to what has been committed by then: what commits later gets a higher one,
    so that no cursor passes anything unseen.
    """
    with open_work() as work:
        _check(source, work)
        last, acked = work.lock_polling(source)
        work.give_positions(source, last, PLACED)
        if acknowledges and after > acked:
            work.ack_positions(source, acked, after)
        rows = work.feedback_after(source, after, limit)
        work.commit()
    return {
        "feedback": [_shown(row, links if acknowledges else None) for row in rows],
        "next": rows[-1]["position"] if rows else after,
    }


def acknowledge(source: str, known: Sequence[Belief], open_work: OpenWork) -> dict[str, Any]:
    """A source knows what it was told about its reports, up to these numbers; `unknown` are not its own."""
    numbers: dict[str, int] = {}
    for belief in known:
        numbers[belief["external_id"]] = max(belief["feedback_number"], numbers.get(belief["external_id"], 0))
    with open_work() as work:
        _check(source, work)
        noted = work.ack_numbers(source, numbers)
        work.commit()
    behind = [row for row in noted.values() if row["acked"] < row["said"]]
    return {"acknowledged": len(noted), "behind": behind, "unknown": sorted(numbers.keys() - noted.keys())}


def reconcile(source: str, believed: Sequence[Belief], resend: bool, open_work: OpenWork) -> list[Difference]:
    """What a source believes of its reports against what it was told, in order; what it has missed is told again where
    that is wanted, with the id and the number that it had. A state that it was never told counts as nothing known."""
    return [d for page in _pages(believed) for d in _reconcile_page(source, page, resend, open_work)]


def reconcile_acked(source: str, resend: bool, open_work: OpenWork) -> Iterator[Difference]:
    """The same by what the source has acknowledged: those of its reports that it is behind with.

    Raises NeverAcknowledged before everything is told again to a source that acknowledges nothing."""
    after = ""
    with open_work() as work:
        _check(source, work)
        if resend and not work.acknowledges(source):
            raise NeverAcknowledged(source)
    while True:
        with open_work() as work:
            page = work.not_acked(source, after, PAGE)
        if not page:
            return
        after = page[-1][0]
        believed = [{"external_id": external_id, "feedback_number": acked} for external_id, acked in page]
        yield from _reconcile_page(source, believed, resend, open_work)


def summary(differences: Sequence[Difference]) -> dict[str, int]:
    """How many of each verdict."""
    return dict(Counter(difference.verdict for difference in differences))


def _reconcile_page(source: str, believed: Sequence[Belief], resend: bool, open_work: OpenWork) -> list[Difference]:
    with open_work() as work:
        _check(source, work)
        told = work.told(source, [belief["external_id"] for belief in believed])
        by_state = {b["external_id"]: b["state"] for b in believed if b.get("feedback_number") is None}
        numbers = work.last_told_states(source, by_state)
        found = []
        for belief in believed:
            external_id, number = belief["external_id"], belief.get("feedback_number")
            row = told.get(external_id) or {"said": None, "state": None}
            known = numbers.get(external_id, 0) if number is None else number
            found.append(compare(external_id, known, row["said"], row["state"]))
        if resend:
            missed = {d.external_id: d.believed for d in found if d.verdict == BEHIND}
            say_again(work.feedback_beyond(source, missed), work)
        work.commit()
    return found


def _pages(believed: Sequence[Belief]) -> Iterator[Sequence[Belief]]:
    for start in range(0, len(believed), PAGE):
        yield believed[start : start + PAGE]


def _check(source: str, work: Work) -> None:
    if source not in work.sources():
        raise SourceUnknown(source)


def _shown(row: dict[str, Any], links: Links | None) -> dict[str, Any]:
    """With the link on which the reporter answers, for the source alone: nobody else answers in his name."""
    body = row.pop("body")
    if (link := body.pop("answer_link", None)) and links and (address := links.address(link)):
        body["link"] = address
    readable = "" if row["external_id"].startswith("? ") else row["external_id"]
    return row | {"external_id": readable} | body
