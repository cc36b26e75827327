"""The town's service list comes into force whole, or not at all."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain.service_data import Item, Problem, read_services
from services.dispatch.store import OpenWork, Row


def load_services(document: Any, open_work: OpenWork) -> tuple[dict[str, int], list[Problem]]:
    """The items of a file; nothing happens when anything in it is wrong. What it does not name can be ordered no more;
    what was ordered goes on as it was ordered."""
    with open_work() as work:
        work.lock_booking()
        items, problems = read_services(document, work.known_to_services())
        if problems:
            return {}, problems
        before = work.all_services()
        named = {item["code"] for item in items}
        rows = [_row(position, item, before.get(item["code"])) for position, item in enumerate(items)]
        changed = [row for row in rows if row["changed"]]
        gone = [row for code, row in before.items() if row["active"] and code not in named]
        work.put_services(rows + [row | {"active": False, "version": row["version"] + 1} for row in gone])
        work.commit()
    return {"services": len(items), "changed": len(changed), "gone": len(gone)}, []


def _row(position: int, item: Item, before: Row | None) -> Row:
    changed = before is None or before["item"] != item or not before["active"]
    version = (before["version"] if before else 0) + changed
    row: Row = {"code": item["code"], "position": position, "version": version, "item": item, "active": True}
    return row | {"changed": changed}
