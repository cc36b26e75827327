"""What a subscriber has missed, asked for over HTTP: the town keeps more than the queue does."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

from wangge_client import errors
from wangge_client.subscriber.event import Cut, Event

_PAGE = 500


def catch_up(edge: str, token: str, after: int, timeout: float = 60) -> Iterator[Event | Cut]:
    """Everything after a position that the town still keeps; first a Cut, when it does not keep all of it.

    `edge` is the address of the town, `token` one of the role `subscriber`. Raises Unreachable, NotPermitted.
    """
    while True:
        page = _page(f"{edge.rstrip('/')}/notify/feed?after={after}&limit={_PAGE}", token, timeout)
        if cut := page["cut"]:
            yield Cut(cut["from"], cut["to"], "kept")
        yield from map(Event.of, page["events"])
        if page["next"] <= after:
            return
        after = page["next"]


def _page(url: str, token: str, timeout: float) -> dict:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        if problem.code in (401, 403):
            raise errors.NotPermitted(
                f"{problem.code} at {url}: the token must be valid, and of the role subscriber; ask the town's operator"
            ) from None
        raise errors.Unreachable(f"{problem.code} at {url}: try again later") from problem
    except (OSError, ValueError) as problem:
        raise errors.Unreachable(f"{url} does not answer ({problem}): check the address, try again later") from problem
