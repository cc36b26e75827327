"""Commands about areas and members: files in and out, what was changed, grids split and merged."""

from __future__ import annotations

import argparse
import getpass
from functools import partial
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from services.dispatch import messages, use_cases, views
from services.dispatch.adapters.registry import FORMATS, areas_as, members_as, report_as_csv, rows_in
from services.dispatch.domain.registry import AREA, MEMBER
from services.dispatch.errors import EntriesRefused
from services.dispatch.use_cases import By
from shared.admin import Command, OpenWork
from shared.sealing import SealingKey

MOST = 1000  # changes


def _import(what: str, a: argparse.Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    report = a.file.with_name(f"{a.file.name}.report.csv")
    by = By(getpass.getuser(), a.why)
    try:
        outcomes = use_cases.enter(what, rows_in(a.file), by, SealingKey(settings.sealing_key), open_work)
    except EntriesRefused as error:
        report.write_text(report_as_csv(error.rows), encoding="utf-8")
        raise
    report.write_text(report_as_csv(outcomes), encoding="utf-8")
    counts = {name: sum(o.outcome == name for o in outcomes) for name in ("new", "changed", "same")}
    return counts | {"report": str(report)}


def _import_arguments(forms: str, parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help=f"{forms} (deploy/towns/format.md); what it does not name stays as it is"
    )
    parser.add_argument("--why", default="a file was imported", help="kept with every change")


def _export(what: str, a: argparse.Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    form = a.file.suffix.removeprefix(".")
    if form not in FORMATS[: 3 if what == AREA else 2]:
        raise ValueError(f"{a.file.name}: name the file .{' or .'.join(FORMATS[: 3 if what == AREA else 2])}")
    with open_work() as work:
        rows = views.areas(work, None) if what == AREA else views.members(work, None, None)
    a.file.write_bytes((areas_as if what == AREA else members_as)(form, rows))
    return {"rows": len(rows), "file": str(a.file)}


def _changes(a: argparse.Namespace, open_work: OpenWork, settings: Any) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.registry_journal(work, a.what, a.id, MOST)


def _changes_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=[AREA, MEMBER])
    parser.add_argument("id", help="grid_id or member_id")


def _split(a: argparse.Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    body = _body(messages.Split(), {"parts": list(rows_in(a.file)), "why": a.why})
    return use_cases.split_grid(a.grid_id, body["parts"], By(getpass.getuser(), a.why), open_work)


def _split_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grid_id")
    parser.add_argument(
        "file", type=Path, help="GeoJSON of its parts, with grid_id, code, name, households and a list of members each"
    )
    parser.add_argument("--why", required=True, help="kept with every change")


def _merge(a: argparse.Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    into = {"grid_id": a.into, "code": a.code, "name": a.name}
    given = {"grids": a.grid_id, "into": {name: v for name, v in into.items() if v}, "why": a.why}
    body = _body(messages.Merging(), given)
    return use_cases.merge_grids(body["grids"], body["into"], By(getpass.getuser(), a.why), open_work)


def _merge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grid_id", nargs="+")
    parser.add_argument("--into", required=True, help="one of them, which goes on, or the id of a new grid")
    parser.add_argument("--code", help="of a new grid")
    parser.add_argument("--name", help="of a new grid")
    parser.add_argument("--why", required=True, help="kept with every change")


def _body(schema: Any, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return schema.load(given)
    except ValidationError as error:
        raise ValueError(f"{error.normalized_messages()}: correct it") from error


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="its ending says the format")


_AREAS, _MEMBERS = (partial(_import_arguments, forms) for forms in ("GeoJSON, CSV or XLSX", "CSV or XLSX"))
COMMANDS = [
    Command("import-areas", "enter a file of areas, all or nothing", partial(_import, AREA), _AREAS, changes=True),
    Command(
        "import-members", "enter a file of members, all or nothing", partial(_import, MEMBER), _MEMBERS, changes=True
    ),
    Command("export-areas", "areas as .geojson, .csv or .xlsx", partial(_export, AREA), _file),
    Command("export-members", "members as .csv or .xlsx, without phones", partial(_export, MEMBER), _file),
    Command("changes", "what was changed of an area or a member, by whom and why", _changes, _changes_arguments),
    Command("split-grid", "one grid becomes several; its open work moves", _split, _split_arguments, changes=True),
    Command("merge-grids", "several grids become one; their open work moves", _merge, _merge_arguments, changes=True),
]
