"""Tables of reports by HTTP."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventlet import tpool
from werkzeug.wrappers import Request, Response

from services.intake import use_cases, views
from services.intake.errors import ImportedElsewhere, SourceUnknown
from shared.http.entrypoint import caller_of
from shared.http.files import file_of
from shared.http.problems import Conflict, NotFound, Unprocessable
from shared.tables import TableError

log = logging.getLogger(__name__)
MAX_FILE = 16 * 1024 * 1024
Spawn = Callable[[Callable[[], None]], Any]


def post_import(request: Request, open_work: Any, keys: Any, spawn: Spawn) -> tuple[int, dict[str, Any]]:
    """The file is kept until its rows are done; if this process ends before, the same file sent again goes on."""
    file = file_of(request, MAX_FILE)
    try:
        running = _begun(file, request.args.get("source") or "", caller_of(request).name, open_work)
    except BaseException:
        file.unlink()
        raise
    spawn(lambda: _run(running, file, keys))
    return 202, {"id": running.id, "rows_done": running.done}


def get_import(import_id: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.import_by_id(work, _uuid(import_id))
    if found is None:
        raise NotFound(f"there is no import {import_id!r}")
    return found


def get_import_rows(import_id: str, open_work: Any) -> Response:
    get_import(import_id, open_work)
    with open_work() as work:
        text = use_cases.report_of(views.import_rows(work, import_id))
    headers = {"Content-Disposition": f'attachment; filename="{import_id}.csv"'}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _begun(file: Path, source: str, by: str, open_work: Any) -> use_cases.Import:
    try:
        running = use_cases.Import(file, source, by, None, open_work)
        running.begin()
    except SourceUnknown as error:
        raise NotFound(str(error)) from error
    except ImportedElsewhere as error:
        raise Conflict(str(error)) from error
    except TableError as error:
        raise Unprocessable(str(error)) from error
    return running


def _run(running: Any, file: Path, keys: Any) -> None:
    try:
        for rows in running.run(keys, tpool.execute):
            log.debug("import %s: %s rows", running.id, rows[-1]["row"])
    except Exception as error:
        log.warning("import %s ended after %s rows: %s", running.id, running.done, type(error).__name__)
    finally:
        file.unlink()


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise NotFound(f"there is no import {text[:40]!r}") from error
