"""Sources that administrators add and switch while the town runs."""

from __future__ import annotations

from typing import Any

from services.intake.errors import SourceOfFolder, SourceUnknown
from services.intake.store import OpenWork
from services.intake.use_cases.reference import say_sources


def add_source(entry: dict[str, Any], open_work: OpenWork) -> dict[str, Any]:
    """A source beside those of the town's folder, or one that was added so before, changed. `entry` is as in
    sources.yaml (deploy/towns/format.md). Raises SourceOfFolder. Returns the source as it is now."""
    with open_work() as work:
        if work.source_by_hand(entry["name"]) is False:
            raise SourceOfFolder(entry["name"])
        work.add_source(entry)
        say_sources(work, entry["name"])
        source = work.list_sources(entry["name"])[0]
        work.commit()
    return source


def switch_source(name: str, enabled: bool, open_work: OpenWork) -> dict[str, Any]:
    """Reports of a source that is switched off are refused, with this reason; what is under way goes on and its
    feedback waits. Raises SourceUnknown. Returns the source as it is now."""
    with open_work() as work:
        if not work.switch_source(name, enabled):
            raise SourceUnknown(name)
        say_sources(work, name)
        source = work.list_sources(name)[0]
        work.commit()
    return source
