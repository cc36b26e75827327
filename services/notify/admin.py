"""Notify's commands for administrators: `python -m services.notify.admin --help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from services.notify import use_cases
from services.notify.commands import COMMANDS
from services.notify.commands.channels import load_channels
from services.notify.config import load
from services.notify.errors import NotifyError
from services.notify.store import Work
from shared.admin import OpenWork, main
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """channels.yaml of a town folder, where it is there (deploy/towns/format.md); members come from dispatch."""
    channels = folder / "channels.yaml"
    return {"accounts": load_channels(channels, open_work, settings) if channels.exists() else 0}


if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, {}, COMMANDS, (NotifyError,), use_cases.check_rules))
