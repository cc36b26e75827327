"""The recorded history of a run: one line of JSON for everything that clients did and saw, faults and samples."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "history.jsonl"


class History:
    """Appended to from every thread; each line is on its way to the disk when `note` returns."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._file = (folder / NAME).open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def note(self, what: str, **facts: Any) -> None:
        with self._lock:
            self._file.write(json.dumps({"at": round(time.time(), 3), "what": what, **facts}, ensure_ascii=False))
            self._file.write("\n")

    def close(self) -> None:
        with self._lock:
            self._file.close()


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Every line of a kept history, in order."""
    with (folder / NAME).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
