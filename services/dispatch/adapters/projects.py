"""Projects as files: projects.yaml of a town, tables in and out; what goes out can come in again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from services.dispatch import messages
from services.dispatch.adapters.registry import XLSX
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.project_entries import HEAD, REFUSED, Given, Outcome
from services.dispatch.messages.projects import MOST_PROJECTS
from shared.reasons import reasons_of
from shared.tables import TableError, csv_of, rows_of, xlsx_of

MOST_BYTES, MOST_ROWS = 4 * 1024 * 1024, 5000
HEADINGS = {
    "项目编号": "project_id",
    "项目名称": "name",
    "区域": "grid_id",
    "项目责任人": "responsible_id",
    "责任书": "note",
    "类型": "kind",
    "任务": "title",
    "权重": "weight",
    "任务责任人": "owner_id",
    "开始": "starts_at",
    "截止": "due_at",
}
TASK = ("kind", "title", "weight", "owner_id", "starts_at", "due_at")
SHOWN = (
    "first_due_at",
    "state",
    "late",
    "supervision",
    "done_at",
    "verified_at",
)  # goes out, and is left aside coming in
COLUMNS = ("project_id", *HEAD, *TASK, *SHOWN)
CHINESE = {english: chinese for chinese, english in HEADINGS.items()}
_HEAD, _ROW, _ENTRY = messages.ProjectHead(), messages.TaskRow(), messages.ProjectEntry()
Place = tuple[Any, ...]


def read_table(file: Path) -> tuple[list[Given], list[Outcome]]:
    """The rows of a table (numbered from 1), each a project and perhaps one of its tasks, and those that cannot be
    read. Raises TableError."""
    rows = list(itertools.islice(rows_of(file), MOST_ROWS + 1))
    if not 0 < len(rows) <= MOST_ROWS:
        raise TableError(f"{file.name} has no row, or more than {MOST_ROWS}: divide it")
    given, wrong = [], []
    for number, row in enumerate(rows, 1):
        named = {HEADINGS.get(heading, heading): value for heading, value in row.items() if heading and value != ""}
        said = {name: value for name, value in named.items() if name not in SHOWN}
        task = {name: said.pop(name) for name in TASK if name in said}
        head, reasons = _loaded(_HEAD, said)
        read, more = _loaded(_ROW, task) if task else (None, [])
        if reasons or more:
            wrong.append(Outcome(number, named.get("project_id", "")[:40], REFUSED, (*reasons, *more)))
        else:
            given.append(Given(number, head, read))
    return given, wrong


def read_entries(document: Any) -> tuple[list[Given], list[tuple[Place, str, str]]]:
    """The entries of `{projects: […]}`, or all that is wrong in it by its place."""
    listed = document.get("projects") if isinstance(document, dict) else None
    if not isinstance(listed, list) or set(document) != {"projects"} or len(listed) > MOST_PROJECTS:
        return [], [((), f"this is no list of at most {MOST_PROJECTS} projects", "write projects: [{project_id: …}]")]
    given: list[Given] = []
    problems: list[tuple[Place, str, str]] = []
    for at, entry in enumerate(listed):
        read, reasons = _loaded(_ENTRY, entry if isinstance(entry, dict) else {})
        problems += [((at, *_path(reason.field)), reason.problem, reason.repair) for reason in reasons]
        if not reasons:
            given += _given(at, dict(read))
    return given, problems


def told(outcomes: Iterable[Outcome]) -> list[tuple[Place, str, str]]:
    """What is wrong with entries, by the places where they stand."""
    return [((*one.place, reason.field), reason.problem, reason.repair) for one in outcomes for reason in one.reasons]


def projects_as(form: str, projects: Iterable[Mapping[str, Any]], zone: dt.tzinfo | None) -> bytes:
    """A row for each task, and for each project without any, with dates on the clock of `zone`; the table can be handed
    in again."""
    lines = [
        [
            *(project[name] for name in ("project_id", *HEAD)),
            *(_cell(name, task.get(name), zone) for name in (*TASK, *SHOWN)),
        ]
        for project in projects
        for task in (project["tasks"] or [{}])
    ]
    table = [[CHINESE.get(name, name) for name in COLUMNS], *lines]
    return xlsx_of(table) if form == XLSX else csv_of(table).encode()


def report_as_csv(outcomes: Iterable[Outcome]) -> str:
    """What became of each row."""
    lines = [
        (o.place, o.project_id, o.outcome, "; ".join(f"{r.field}: {r.problem}: {r.repair}" for r in o.reasons))
        for o in outcomes
    ]
    return csv_of([("row", "project_id", "outcome", "reasons"), *lines])


def _given(at: int, entry: dict[str, Any]) -> Iterator[Given]:
    tasks = entry.pop("tasks")
    yield Given((at,), entry)
    yield from (Given((at, "tasks", number), entry, task) for number, task in enumerate(tasks))


def _loaded(schema: Schema, row: Mapping[str, Any]) -> tuple[Any, list[Reason]]:
    try:
        return schema.load(row), []
    except ValidationError as error:
        return {}, [Reason(**reason) for reason in reasons_of(error)]


def _path(field: str) -> Place:
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


def _cell(name: str, value: Any, zone: dt.tzinfo | None) -> Any:
    """Moments on the town's clock; those that whole days begin or end with are these days."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, dt.datetime):
        return value
    local = value.astimezone(zone)
    if name not in ("starts_at", "due_at") or local.time() != dt.time():
        return local
    return (local - dt.timedelta(days=name == "due_at")).date()
