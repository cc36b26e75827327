"""Callback's commands for administrators: `python -m services.callback.admin --help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from services.callback import use_cases
from services.callback.commands import COMMANDS
from services.callback.config import load
from services.callback.domain.calls import CallTimes
from services.callback.store import Work
from shared.admin import OpenWork, main
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """calendar.yaml of a town folder (deploy/towns/format.md). Raises ValueError."""
    document = yaml.safe_load((folder / "calendar.yaml").read_text(encoding="utf-8"))
    CallTimes.of(document, any_time=False)
    with open_work() as work:
        work.add_calendar(document)
        work.commit()
    return {"calendar known until": document["known_until"]}


if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, {}, COMMANDS, check_rules=use_cases.check_rules))
