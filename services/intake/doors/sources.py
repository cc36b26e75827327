"""How sources fare."""

from __future__ import annotations

from typing import Any

from services.intake import views
from shared.http.problems import NotFound


def get_reconciliation(source: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.reconciliation(work, source)
    if found is None:
        raise NotFound(f"there is no source {source!r}")
    return found
