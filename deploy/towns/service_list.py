"""Check services.yaml of a town folder: by dispatch's own reading, and against the sources that orders come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from services.dispatch.domain.service_data import Known, read_services
from shared import marked


def service_problems(document: marked.Marked, known: Known, sources: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What is wrong in the service list, or where an order of an item would get another category than its item has."""
    items, problems = read_services(document.value, known)
    yield from marked.told("services.yaml", "", document, problems)
    for source in sources:
        theirs = source.get("settings", {}).get("category_map")
        for item in items if source["kind"] == "service" and theirs is not None else ():
            code = item["code"]
            if theirs.get(code) != item["category"]:
                yield (
                    f"sources.yaml: {source['name']}: category_map: {code} is {theirs.get(code, 'missing')}: "
                    f"write {item['category']}, as services.yaml says"
                )
