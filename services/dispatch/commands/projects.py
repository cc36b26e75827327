"""Commands about projects: files in and out, how each stands, what is late."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.adapters.projects import projects_as, read_entries, read_table, report_as_csv, told
from services.dispatch.adapters.registry import CSV, XLSX
from services.dispatch.domain.access import DESK, Person, Scope
from services.dispatch.domain.project_entries import CHANGED, KEPT, NEW, SAME, Outcome
from services.dispatch.errors import ProjectRefused, ProjectUnknown
from shared import marked
from shared.admin import Command, OpenWork
from shared.settings import Settings

ALL = Scope("", everything=True)


def load_projects(path: Path, by: str, open_work: OpenWork) -> dict[str, int]:
    """The projects of a file like projects.yaml. ValueError names every mistake with its line; then nothing is kept."""
    document = marked.read(path)
    given, problems = read_entries(document.value)
    if not problems:
        entered = use_cases.enter_projects(given, by, f"loaded from {path.name}", open_work, past=True)
        problems = told(entered.refused)
    if problems:
        lines = marked.told(path, "projects", document, problems)
        raise ValueError("\n".join(["the projects are refused, nothing has changed", *lines]))
    return _counted(entered.outcomes)


def _load(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return load_projects(arguments.file, getpass.getuser(), open_work)


def _import(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    report = arguments.file.with_name(f"{arguments.file.name}.report.csv")
    given, wrong = read_table(arguments.file)
    entered = use_cases.enter_projects(given, getpass.getuser(), arguments.why, open_work, keep=not wrong)
    outcomes = sorted([*wrong, *entered.outcomes], key=lambda one: one.place)
    report.write_text(report_as_csv(outcomes), encoding="utf-8")
    if refused := [one for one in outcomes if one.reasons]:
        named = [
            reason._asdict() | {"field": f"row {o.place}: {reason.field}"} for o in refused for reason in o.reasons
        ]
        raise ProjectRefused(named)
    return _counted(outcomes) | {"report": str(report)}


def _export(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    form = arguments.file.suffix.removeprefix(".")
    if form not in (CSV, XLSX):
        raise ValueError(f"{arguments.file.name}: name the file .{CSV} or .{XLSX}")
    with open_work() as work:
        found, calendar = views.projects(work, ALL, None, tasks_too=True), work.calendar()
    arguments.file.write_bytes(projects_as(form, found, calendar.zone if calendar else None))
    return {"projects": len(found), "file": str(arguments.file)}


def _projects(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.projects(work, ALL, arguments.state)


def _project(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        found = views.project_by_id(work, arguments.project_id, Person("administrator", DESK))
    if found is None:
        raise ProjectUnknown("project", arguments.project_id)
    return found


def _late(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.tasks(work, ALL, arguments.owner, True)


def _counted(outcomes: list[Outcome]) -> dict[str, int]:
    return {name: sum(one.outcome == name for one in outcomes) for name in (NEW, CHANGED, SAME, KEPT)}


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="projects as in projects.yaml of a town folder")


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV or XLSX (deploy/towns/format.md)")
    parser.add_argument("--why", default="a table was imported", help="kept with every change")


def _exporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="its ending says the format")


def _listing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=["open", "finished", "cancelled"], help="only those in this state")


def _one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project_id", help="as `projects` lists it")


def _owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--owner", help="only this member's")


COMMANDS = [
    Command("load-projects", "enter the projects of a file, all or nothing", _load, _file, changes=True),
    Command(
        "import-projects", "enter a table of projects and tasks, all or nothing", _import, _importing, changes=True
    ),
    Command("export-projects", "all projects with their tasks, as .csv or .xlsx", _export, _exporting),
    Command("projects", "how each project stands", _projects, _listing),
    Command("project", "the road map, obstacles and journal of a project", _project, _one),
    Command("late-tasks", "milestones and obstacles that are late", _late, _owner),
]
