"""Keys of Open311 clients."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from services.intake import use_cases, views
from shared.admin import Command, OpenWork
from shared.settings import Settings


def _make(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    return use_cases.make_api_key(a.source, a.label, secrets.token_urlsafe(32), open_work)


def _list(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.keys_of_source(work, a.source)


def _disable(a: argparse.Namespace, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    return use_cases.disable_api_key(a.key_id, open_work)


def _new_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="a source of the kind open311")
    parser.add_argument("--label", default="", help="whose key it is")


COMMANDS = [
    Command("open311-key", "make a key for an Open311 client; it is shown this once", _make, _new_key, changes=True),
    Command("open311-keys", "the keys of a source", _list, lambda parser: parser.add_argument("source")),
    Command(
        "open311-key-disable",
        "switch a key off",
        _disable,
        lambda parser: parser.add_argument("key_id", help="as open311-keys shows it"),
        changes=True,
    ),
]
