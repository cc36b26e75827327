"""Commands about personal data: the audit chain, the household register, erasure, retention, keys."""

from __future__ import annotations

import csv
import getpass
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from services.intake import use_cases
from services.intake.domain.register import COLUMNS
from services.intake.media import open_store
from shared.admin import Command, OpenWork
from shared.http.tokens import Caller
from shared.sealing import KeyRing
from shared.settings import Settings

HEADING = ",".join(COLUMNS)


def verify_audit(arguments: Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """Raises ValueError with the first row that does not continue the chain, or when the chain lacks its known end."""
    return use_cases.verify_audit(arguments.expect, open_work)


def import_register(arguments: Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    """Raises ValueError for a file without the columns that are needed."""
    with arguments.file.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise ValueError(
                f"{arguments.file.name} lacks {', '.join(sorted(missing))}: the heading is {','.join(COLUMNS)}"
            )
        keys = KeyRing(settings.key_ring)
        return use_cases.import_register(rows, arguments.file.name, _administrator(), keys, open_work)


def erase(arguments: Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    keys = KeyRing(settings.key_ring)
    return use_cases.erase_person(arguments.phone, _administrator(), arguments.reason, keys, open_work)


def forget(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, int]:
    """Raises ValueError where nothing says in which store the media are."""
    if not (arguments.dry_run or settings.media.store):
        raise ValueError("MEDIA_STORE is not set: media are forgotten, too (as the service has it)")
    store = None if arguments.dry_run else open_store(settings.media)
    return use_cases.forget_past(store, open_work, now=True, batches=1 if arguments.dry_run else None)


def rotate_keys(arguments: Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    return use_cases.rotate_keys(_administrator(), KeyRing(settings.key_ring), open_work)


def _administrator() -> Caller:
    """Who is signed in at the server."""
    return Caller(getpass.getuser(), "admin")


def _audit(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["verify"])
    parser.add_argument("--expect", metavar="HASH", help="a last hash that was noted before: it must be in the chain")


def _erase(parser: ArgumentParser) -> None:
    parser.add_argument("--phone", required=True, help="number of the person, as 13812345678 or +8613812345678")
    parser.add_argument("--reason", required=True, help="kept in the audit with your name")


COMMANDS = [
    Command("audit", "check the chain of who has done what with personal data", verify_audit, _audit),
    Command(
        "import-register",
        f"load a household register, CSV in UTF-8 with the columns {HEADING}, one person a line",
        import_register,
        lambda parser: parser.add_argument("file", type=Path),
        changes=True,
    ),
    Command("erase", "erase a person, and whatever is parked and names the number", erase, _erase, changes=True),
    Command("retention", "forget what was kept long enough (intake.retention)", forget, changes=True),
    Command("rotate-keys", "seal with the current key what older ones have sealed; may be stopped", rotate_keys),
]
