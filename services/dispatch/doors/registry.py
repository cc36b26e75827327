"""Areas and members by HTTP: lists and files to take away, files to hand in, grids to split and merge."""

from __future__ import annotations

from typing import Any

from eventlet import tpool
from werkzeug.wrappers import Request, Response

from services.dispatch import messages, use_cases, views
from services.dispatch.adapters.registry import FORMATS, GEOJSON, TYPES, areas_as, members_as, rows_in
from services.dispatch.domain.registry import AREA, MEMBER
from services.dispatch.errors import AreaUnknown, EntriesRefused, RedrawingRefused
from services.dispatch.use_cases import By
from shared.http.entrypoint import body_of, caller_of
from shared.http.files import file_of
from shared.http.problems import NotFound, Problem, Unprocessable
from shared.sealing import SealingKey
from shared.tables import TableError

MAX_FILE = 16 * 1024 * 1024
MOST_REASONS = 200
MOST_CHANGES = 200
_SPLIT, _MERGING = messages.Split(), messages.Merging()


def get_areas(request: Request, open_work: Any) -> Any:
    with open_work() as work:
        found = views.areas(work, request.args.get("level") or None)
    form = _format_of(request, FORMATS)
    if form:
        return _file(areas_as(form, found), AREA, form)
    return {"areas": [{name: value for name, value in area.items() if name != "geometry"} for area in found]}


def get_members(request: Request, open_work: Any) -> Any:
    with open_work() as work:
        found = views.members(work, request.args.get("area") or None, request.args.get("role") or None)
    form = _format_of(request, tuple(name for name in FORMATS if name != GEOJSON))
    return _file(members_as(form, found), MEMBER, form) if form else {"members": found}


def get_changes(request: Request, what: str, key: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        changes = views.registry_journal(work, what, key, MOST_CHANGES)
    if not changes:
        raise NotFound(f"there is no {what} {key[:60]!r}")
    return {"changes": changes}


def post_file(request: Request, what: str, open_work: Any, sealing: SealingKey) -> dict[str, Any]:
    """A whole file, entered or refused; `dry_run=true` keeps nothing."""
    keep = request.args.get("dry_run") != "true"
    by = By(caller_of(request).name, (request.args.get("why") or "a file was handed in")[:500])
    file = file_of(request, MAX_FILE)
    try:
        rows = tpool.execute(lambda: list(rows_in(file)))
        outcomes = use_cases.enter(what, rows, by, sealing, open_work, keep)
    except TableError as error:
        raise Unprocessable(str(error).replace(file.name, "the file")) from error
    except EntriesRefused as error:
        raise Unprocessable("nothing was kept: repair what the reasons name", error.reasons[:MOST_REASONS]) from error
    finally:
        file.unlink()
    rows = [outcome._asdict() for outcome in outcomes]
    return {"kept": keep, "rows": [{name: row[name] for name in ("row", "key", "outcome", "fields")} for row in rows]}


def split_grid(request: Request, grid_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _SPLIT)
    by = By(caller_of(request).name, body["why"])
    return _redrawn(lambda: use_cases.split_grid(grid_id, body["parts"], by, open_work))


def merge_grids(request: Request, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _MERGING)
    by = By(caller_of(request).name, body["why"])
    return _redrawn(lambda: use_cases.merge_grids(body["grids"], body["into"], by, open_work))


def _redrawn(redraw: Any) -> dict[str, Any]:
    try:
        return redraw()
    except AreaUnknown as error:
        raise NotFound(str(error)) from error
    except (RedrawingRefused, EntriesRefused) as error:
        raise Unprocessable("nothing was changed: repair what the reasons name", error.reasons) from error


def _format_of(request: Request, known: tuple[str, ...]) -> str:
    """The format of the file that is wanted; empty for JSON."""
    form = request.args.get("format") or "json"
    if form not in ("json", *known):
        raise Problem(f"there is no format {form[:20]!r}: ask for json, {', '.join(known)}")
    return "" if form == "json" else form


def _file(content: bytes, what: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{what}s.{form}"'}
    return Response(content, headers=headers, content_type=TYPES[form])
