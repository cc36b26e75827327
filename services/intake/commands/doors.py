"""Commands about what comes in and goes out: tables, webhooks, reconciliation."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.intake import use_cases, views
from services.intake.adapters.table import load
from shared.admin import Command, OpenWork
from shared.sealing import KeyRing
from shared.settings import Settings
from shared.tables import rows_of

SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
SHOWN = 200  # differences


def _import(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    running = use_cases.Import(a.file, a.source, "admin", load(a.mapping) if a.mapping else None, open_work)
    before, rows = running.done, []
    for batch in running.run(KeyRing(settings.key_ring)):
        rows += batch
        print(f"\r{running.done} rows 行", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if not a.dry_run:
        with open_work() as work:
            rows = views.import_rows(work, running.id)
    report = a.file.with_name(f"{a.file.name}.report.csv")
    report.write_text(use_cases.report_of(rows), encoding="utf-8")
    counts = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in ("new", "known", "refused")}
    return {"import": running.id, "rows done before": before} | counts | {"report": str(report)}


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV (UTF-8 or GB18030) or XLSX; a second run goes on where one ended")
    parser.add_argument("--source", required=True, help="whose reports these are")
    parser.add_argument("--mapping", type=Path, help="what its columns mean (services/intake/adapters/table.py)")


def _webhook_secret(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    keys = KeyRing(settings.key_ring)
    if not a.rotate and use_cases.webhook_secrets(a.source, a.direction, open_work, keys):
        raise ValueError(
            f"{a.source} has a secret already: --rotate makes a new one, --keep-old 7d keeps the old valid"
        )
    return use_cases.make_webhook_secret(a.source, a.direction, a.keep_old, open_work, keys)


def _webhook_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source")
    parser.add_argument(
        "--direction", choices=["in", "out"], default="in", help="in: what it sends; out: what it is sent"
    )
    parser.add_argument("--rotate", action="store_true", help="make a new one though there is one")
    parser.add_argument("--keep-old", type=_duration, default=7 * 86400, help="how long the old is valid: 7d, 12h, 0s")


def _reconcile(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    if a.believed:
        found = use_cases.reconcile(a.source, list(_believed(a.believed)), a.resend, open_work)
    else:
        found = list(use_cases.reconcile_acked(a.source, a.resend, open_work))
    with open_work() as work:
        counts = views.reconciliation(work, a.source) or {}
    total = {name: counts.get(name) for name in ("reports", "told", "acked")}
    different = [difference._asdict() for difference in found if difference.verdict != "same"]
    return [total | use_cases.summary(found) | {"resent": a.resend}, *different[:SHOWN]]


def _reconcile_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source")
    parser.add_argument(
        "--believed", type=Path, help="CSV with external_id and feedback_number or state; else its acks"
    )
    parser.add_argument("--resend", action="store_true", help="tell it again what it has missed")


def _believed(file: Path) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows_of(file, ["external_id"]), 1):
        told, state = row.get("feedback_number", ""), row.get("state", "")
        if not (told.isascii() and told.isdigit()) and (told or not state):
            raise ValueError(f"{file}, row {number}: feedback_number must be a number, or state must say something")
        yield {"external_id": row["external_id"], "feedback_number": int(told) if told else None, "state": state}


def _duration(text: str) -> int:
    if not (found := re.fullmatch(r"(\d{1,6})([dhms])", text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 7d, 12h, 30m or 0s")
    return int(found[1]) * SECONDS[found[2]]


COMMANDS = [
    Command("import", "register a whole table of reports", _import, _import_arguments, changes=True),
    Command("webhook-secret", "make a source's webhook secret", _webhook_secret, _webhook_arguments, changes=True),
    Command(
        "reconcile", "what a source believes against what it was told", _reconcile, _reconcile_arguments, changes=True
    ),
]
