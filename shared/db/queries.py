"""Named queries from a file: every query has a name and a line that says what it is for.

-- name: add_cases
-- New cases, as one JSON array of rows.
INSERT …
"""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.M)


class QueryFileError(Exception):
    """A query file breaks the form; the text says where."""


class Queries:
    """The queries of one or more files, as attributes."""

    def __init__(self, *paths: Path):
        for path in paths:
            self._read(path)

    def _read(self, path: Path) -> None:
        parts = _NAME.split(path.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if not text.lstrip().startswith("--"):
                raise QueryFileError(f"{path.name}: {name} has no line that says what it is for")
            if hasattr(self, name):
                raise QueryFileError(f"{path.name}: {name} stands twice")
            setattr(self, name, text.strip())

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"no query named {name!r}: add it to sql/queries.sql")
