"""Members are told: what dispatch says about work becomes numbered notices, and goes into their queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.notify import channels
from services.notify.domain.notices import Notice, about_action, about_work
from services.notify.domain.project_notices import about_project
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.reading import acts_of_answers
from shared.messaging.envelope import Event, new_id
from shared.messaging.message import Heard

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
    """The answers to members' own actions: whoever acts on a case has read what there is about it."""
    with open_work() as work:
        new, words = work.first_time(heard), work.templates()
        work.note_acts(acts_of_answers(new))
        tell([(about_action(vars(m), words), m.event) for m in new], work)
        work.commit()


def keep_members(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """How each member can be reached."""
    with open_work() as work:
        work.put_members([vars(message) for message in work.first_time(heard)])
        work.commit()


def tell(told: Sequence[tuple[Notice, Event]], work: Work) -> None:
    """Number the notices in their order, keep them, and send them."""
    last = work.count_notices(Counter(notice.member_id for notice, _ in told))
    left, now = Counter(notice.member_id for notice, _ in told), work.now()
    rows: list[Row] = []
    for notice, cause in told:
        left[notice.member_id] -= 1
        row: dict[str, Any] = {"id": new_id(), "notice_number": last[notice.member_id] - left[notice.member_id]}
        rows.append(row | vars(notice) | {"event_id": cause.id, "said_at": cause.time, "created_at": now})
    work.add_notices(rows)
    work.watch_unread(rows)
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
