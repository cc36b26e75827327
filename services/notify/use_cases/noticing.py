"""Members are told: what dispatch says about work becomes numbered notices, and goes into their queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError

from services.notify import channels, messages
from services.notify.domain.notices import Notice, about_action, about_work
from services.notify.domain.project_notices import about_project
from services.notify.store import OpenWork, Row, Work
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Event, Unreadable, decode, new_id
from shared.messaging.message import Heard

CATCH_UP_MOST = 500  # notices for one catch-up; whoever has missed more asks again
_CATCH_UP = messages.CatchUp()
IN_QUEUES_ONLY = ("action_answered",)  # whoever acts is there to read the answer


def notice_work(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What has happened to work orders, for the members whom it concerns."""
    with open_work() as work:
        new, words = work.first_time(heard), work.templates()
        tell([(notice, m.event) for m in new for notice in about_work(m.event.type, vars(m), words)], work)
        work.commit()


def notice_projects(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What has happened to projects and their tasks, for the members whom it concerns."""
    with open_work() as work:
        new, words = work.first_time(heard), work.templates()
        tell([(notice, m.event) for m in new for notice in about_project(m.event.type, vars(m), words)], work)
        work.commit()


def notice_answers(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """The answers to members' own actions."""
    with open_work() as work:
        new, words = work.first_time(heard), work.templates()
        tell([(about_action(vars(m), words), m.event) for m in new], work)
        work.commit()


def keep_members(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """How each member can be reached."""
    with open_work() as work:
        work.put_members([vars(message) for message in work.first_time(heard)])
        work.commit()


def catch_up(arrivals: Sequence[Arrival], open_work: OpenWork) -> list[str]:
    """Members who have missed notices get them again, with the numbers that they had."""
    with open_work() as work:
        work.unpark(arrivals)
        wanted: dict[str, int] = {}
        for arrival in arrivals:
            member, after = arrival.publisher, _after(arrival, work)
            if member and after is not None:
                wanted[member] = min(after, wanted.get(member, after))
        for member, after in sorted(wanted.items()):
            channels.send_notices(work.notices_after(member, after, CATCH_UP_MOST), work)
        work.commit()
    return ["done"] * len(arrivals)


def tell(told: Sequence[tuple[Notice, Event]], work: Work) -> None:
    """Number the notices in their order, keep them, and send them."""
    last = work.count_notices(Counter(notice.member_id for notice, _ in told))
    left, now = Counter(notice.member_id for notice, _ in told), work.now()
    rows: list[Row] = []
    for notice, cause in told:
        left[notice.member_id] -= 1
        row: dict[str, Any] = {"id": new_id(), "notice_number": last[notice.member_id] - left[notice.member_id]}
        rows.append(row | vars(notice) | {"event_id": cause.id, "created_at": now})
    work.add_notices(rows)
    channels.send_notices(rows, work)
    work.add_notifications([_notification(row) for row in rows if row["kind"] not in IN_QUEUES_ONLY])


def _notification(notice: Row) -> Row:
    """The same thing on other channels, as far as the town's routes want it there."""
    body = notice["body"]
    return {
        "id": new_id(),
        "key": f"{notice['event_id']}/{notice['member_id']}/{notice['kind']}",
        "receiver": notice["member_id"],
        "kind": notice["kind"],
        "facts": body,
        **{name: notice[name] for name in ("event_id", "notice_number", "created_at")},
        **{name: body.get(name) for name in ("number", "level", "category")},
    }


def _after(arrival: Arrival, work: Work) -> int | None:
    """The number after which notices are missing; None, and set aside, when it cannot be read."""
    try:
        if not arrival.publisher:
            raise Unreadable("no user_id: publish actions with the property user_id, so that the broker checks it")
        return int(_CATCH_UP.load(decode(arrival.body)[0].data)["after"])
    except (Unreadable, ValidationError, IndexError) as error:
        work.set_aside(arrival, str(error) or "the batch is empty")
        return None
