"""Which route a notification takes, why, and what would become of it now."""

from __future__ import annotations

import argparse
from typing import Any

from services.notify import use_cases
from shared.admin import Command, OpenWork
from shared.sealing import KeyRing
from shared.settings import Settings


def _routes(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    asked = {name: getattr(arguments, name) or "" for name in ("kind", "member", "level", "number", "category")}
    return use_cases.explain(asked, KeyRing(settings.key_ring), open_work)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["explain"])
    parser.add_argument("--kind", required=True, help="of the notice: work_assigned, work_reminded …")
    parser.add_argument("--member", required=True, help="who is to hear it")
    parser.add_argument("--level", choices=["P1", "P2", "P3", "P4"], help="else that of the case")
    parser.add_argument("--number", help="of the case")
    parser.add_argument("--category", help="else that of the case")


COMMANDS = [
    Command("routes", "explain: which route a notification takes, and what would become of it", _routes, _arguments)
]
