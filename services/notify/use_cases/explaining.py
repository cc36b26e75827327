"""What would become of a notification now, and why: for people who look after the routes. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notify.domain.pipeline.deciding import decide
from services.notify.domain.pipeline.routes import Seen, matching
from services.notify.errors import MemberUnknown
from services.notify.store import OpenWork, Row
from services.notify.use_cases.gathering import Receivers, items_of
from services.notify.use_cases.piping import root_of, routed, world_of
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing


def explain(asked: Mapping[str, str], keys: KeyRing, open_work: OpenWork) -> dict[str, Any]:
    """`asked`: kind and member, perhaps level, number, category. Raises NotifyError."""
    with open_work() as work:
        receivers = Receivers.of({asked["member"]}, keys, work)
        if not receivers.knows(asked["member"]):
            raise MemberUnknown(asked["member"])
        items = items_of([_row(asked, work.now())], receivers, work)
        root, seen = root_of(work.rules()), list[Seen]()
        routes = matching(root, items[0][0].subject, seen) if root else []
        matched, _ = routed(items, root, receivers)
        decisions, _ = decide(matched, world_of(matched, receivers, keys, work))
    (decision,) = decisions
    return {
        "looked at": [
            {"route": one.name, "why not": one.missed} if one.missed else {"route": one.name} for one in seen
        ],
        "goes by": [route.name for route in routes],
        "ways": list(decision.matched.ways),
        "state": decision.verdict.state,
        "reason": decision.verdict.reason,
        "looked at again": decision.verdict.due,
    }


def _row(asked: Mapping[str, str], now: Any) -> Row:
    row = {name: asked[name] or None for name in ("kind", "level", "number", "category")}
    row |= {"id": new_id(), "event_id": new_id(), "receiver": asked["member"], "created_at": now, "notice_number": None}
    return row | {
        "facts": {},
        "state": "new",
        "part": "",
        "route": None,
        "group_key": "",
        "gathered": False,
        "words_key": new_id(),
    }
