"""The board's commands for administrators: `python -m services.board.admin --help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from services.board.config import load
from services.board.store import Work
from shared.admin import OpenWork, main
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """Nothing of a town folder is the board's own."""
    return {"nothing to load": True}


if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, {}))
