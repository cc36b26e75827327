"""A body that is a file: kept on disk while it is read, and bounded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from werkzeug.wrappers import Request

from shared.http.problems import Problem, TooLarge

_CHUNK = 64 * 1024


def file_of(request: Request, most: int) -> Path:
    """The body in a file of its own, which the caller deletes; for routes with `max_body=None`. Raises TooLarge,
    Problem."""
    size = 0
    with tempfile.NamedTemporaryFile(prefix="wangge-import-", delete=False) as file:
        while chunk := request.stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                break
            file.write(chunk)
    path = Path(file.name)
    if 0 < size <= most:
        return path
    path.unlink()
    if size:
        raise TooLarge(f"at most {most} bytes are read: divide the file, or let an administrator import it")
    raise Problem("the body is empty: send the file itself, CSV or XLSX")
