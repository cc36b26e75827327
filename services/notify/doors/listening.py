"""The doors of those who listen: each answer at once, or when there is something; or a stream of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from werkzeug.wrappers import Request, Response

from services.notify import use_cases, views
from services.notify.domain.subscribing import SUBSCRIBER
from services.notify.domain.subscriptions import MEMBER, SYSTEM
from services.notify.doors.asked import number_of, whole
from services.notify.use_cases import Live, Missed
from shared.http import sse
from shared.http.entrypoint import Later, caller_of
from shared.http.tokens import Caller

MOST = 500  # of an answer
USUAL = 100
LONGEST = 30  # seconds that an answer is waited for
HEARTBEAT = 15.0  # seconds
LAST = 2**62


def get_notices(request: Request, live: Live, open_work: Any) -> Any:
    member, after, wait = caller_of(request).name, number_of(request, "after", LAST) or 0, _wait(request)
    if after:
        use_cases.have_read({member: after}, open_work)

    def read() -> dict[str, Any]:
        with open_work() as work:
            return views.notices_after(work, member, after, MOST)

    if not wait:
        return read()
    return Later(
        lambda: _awaited(read, lambda found: found["notices"], lambda: live.join_notices(member, "poll"), wait)
    )


def get_notice_stream(request: Request, live: Live) -> Response:
    caller, after = caller_of(request), _heard(request)
    seat, upto, last = live.join_notices(caller.name, "sse")
    start = last if after is None else after
    chunks = _chunks(caller, live, seat, lambda: live.missed_notices(caller.name, start, upto))
    return sse.stream(request, seat, chunks)


def get_feed(request: Request, live: Live) -> Later:
    kind, name = _listener(caller_of(request))
    after, wait = number_of(request, "after", LAST), _wait(request)
    limit = number_of(request, "limit", MOST) or USUAL

    def read() -> dict[str, Any]:
        nonlocal after
        missed = live.page_of_feed(kind, name, after, limit)
        after = missed.next
        events = [orjson.Fragment(item.data) for item in missed.items]
        return {"events": events, "next": missed.next, "cut": use_cases.cut_of(missed)}

    def some(found: dict[str, Any]) -> Any:
        return found["events"] or found["cut"]

    if not wait:
        return Later(read)
    return Later(lambda: _awaited(read, some, lambda: live.join_feed(kind, name, "poll"), wait))


def get_feed_stream(request: Request, live: Live) -> Response:
    caller, after = caller_of(request), _heard(request)
    kind, name = _listener(caller)
    seat, upto, last = live.join_feed(kind, name, "sse")
    start = last if after is None else after
    chunks = _chunks(caller, live, seat, lambda: live.missed_feed(kind, name, start, upto))
    return sse.stream(request, seat, chunks)


def _chunks(caller: Caller, live: Live, seat: sse.Seat, missed: Callable[[], Missed]) -> Iterator[bytes]:
    """What was missed, then what comes, until the client goes, does not read, or has a token no longer."""
    yield sse.opening()
    first = missed()
    if cut := use_cases.cut_of(first):
        yield sse.named("cut", orjson.dumps(cut))
    seen = first.next
    yield b"".join(sse.event(item) for item in first.items) + sse.heartbeat(seen)
    del first
    while (left := caller.until - time.time()) > 0:
        items = [item for item in seat.take(min(HEARTBEAT, left)) if item.number > seen]
        if seat.dropped:
            return
        if not items:
            seen = max(seen, live.heard_to(seat, seen))
        yield b"".join(sse.event(item) for item in items) or sse.heartbeat(seen)
        seen = items[-1].number if items else seen


def _awaited(read: Callable[[], Any], some: Callable[[Any], Any], join: Callable[[], Any], wait: int) -> Any:
    """What there is, or what comes while it is waited for: the seat is taken first, so nothing comes unseen."""
    seat = join().seat
    try:
        found = read()
        end = time.monotonic() + wait
        while not some(found) and (left := end - time.monotonic()) > 0:
            if seat.take(left):
                found = read()
        return found
    finally:
        seat.leave()


def _listener(caller: Caller) -> tuple[str, str]:
    """As whom somebody has subscribed."""
    return (SYSTEM if caller.role == SUBSCRIBER else MEMBER), caller.name


def _heard(request: Request) -> int | None:
    """What a listener has heard last; none: from now on."""
    text = sse.number_of(request)
    return None if text is None else whole("after", text, LAST)


def _wait(request: Request) -> int:
    return number_of(request, "wait", LONGEST) or 0
