"""Notify's commands for administrators: `python -m services.notify.admin --help`."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from services.notify.config import load
from services.notify.store import Work
from shared.admin import Command, OpenWork, main
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """Nothing of a town folder is notify's own: it hears of members from dispatch."""
    return {"nothing to load": True}


def rotate_keys(arguments: Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    """What older keys of the ring have sealed: parked bodies. Members' phones come anew with the members."""
    with open_work() as work:
        resealed = work.reseal_parked()
        work.commit()
    return {"parked": resealed}


COMMANDS = [Command("rotate-keys", "seal with the current key what older ones have sealed", rotate_keys)]

if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, {}, COMMANDS))
