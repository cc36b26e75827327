"""Reference data: copies of what dispatch owns; the catalogue, which intake owns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.intake import messages
from services.intake.store import OpenWork, Work
from shared.messaging.message import Heard


class TownFolder(NamedTuple):
    """Intake's part of a town folder, as rows; `names` are those of the gazetteer."""

    sources: list[dict[str, Any]]
    classes: list[dict[str, Any]]
    categories: list[dict[str, Any]]
    cameras: list[dict[str, Any]]
    names: list[dict[str, Any]]


def keep_grids(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Copies of the grids that dispatch owns."""
    with open_work() as work:
        work.put_grids([vars(message) for message in work.first_time(heard)])
        work.commit()


def keep_members(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Who the members are, as far as intake needs it."""
    with open_work() as work:
        work.put_members([vars(message) for message in work.first_time(heard)])
        work.commit()


def load_town(town: TownFolder, open_work: OpenWork) -> dict[str, int]:
    """What intake keeps of a town folder; every category that has changed is said."""
    with open_work() as work:
        work.put_sources(town.sources)
        work.put_classes(town.classes)
        work.replace_places(town.cameras, town.names)
        changed = work.put_categories(town.categories)
        _say_categories(changed, work)
        say_sources(work)
        work.commit()
    return {name: len(rows) for name, rows in town._asdict().items()} | {"changed": len(changed)}


def resay_categories(open_work: OpenWork) -> int:
    """The whole catalogue again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.all_categories()
        _say_categories(rows, work)
        work.commit()
    return len(rows)


def resay_sources(open_work: OpenWork) -> int:
    """All sources again, for a hearer whose table is new."""
    with open_work() as work:
        said = say_sources(work)
        work.commit()
    return said


def say_sources(work: Work, only: str | None = None) -> int:
    """The record of a source, or of all, to those who keep a copy."""
    rows = work.source_records(only)
    work.say(messages.SourceChanged.say(work.address, row["source"], None, None, **row) for row in rows)
    return len(rows)


def _say_categories(rows: Sequence[dict[str, Any]], work: Work) -> None:
    work.say(messages.CategoryChanged.say(work.address, row["code"], None, None, **row) for row in rows)
