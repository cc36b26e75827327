"""Access of members: first passwords, lost ones, lost telephones, sessions. What is set is noted with your name."""

from __future__ import annotations

import csv
import getpass
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from services.dispatch import use_cases, views
from services.dispatch.adapters import KINDS
from services.dispatch.proofs import proofs_of
from shared.admin import Command, OpenWork

MOST = 1000


def set_password(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, str]:
    password = use_cases.set_password(arguments.member, _who(), proofs_of(settings), open_work)
    return {"member_id": arguments.member, "password": password, "then": "the member changes it with the first sign-in"}


def first_passwords(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    def write(rows: list[dict[str, str]]) -> None:
        if not arguments.dry_run:
            _write_privately(arguments.file, rows)

    made = use_cases.set_first_passwords(_who(), write, proofs_of(settings), open_work)
    return {"passwords": made, "file": str(arguments.file), "then": "hand them out, and delete the file"}


def drop_code(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, str]:
    use_cases.drop_code(arguments.member, _who(), open_work)
    return {"member_id": arguments.member, "then": "the member signs in by password alone"}


def link_account(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, str]:
    who, proofs = _who(), proofs_of(settings)
    return use_cases.link_known_account(arguments.provider, arguments.account, arguments.member, who, proofs, open_work)


def sessions(arguments: Namespace, open_work: OpenWork, settings: Any) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.sessions(work, arguments.member, MOST)


def end_sessions(arguments: Namespace, open_work: OpenWork, settings: Any) -> dict[str, Any]:
    ended = use_cases.end_sessions_of(arguments.member, "revoked", _who(), open_work)
    return {"member_id": arguments.member, "ended": ended, "then": "tokens are good for ten more minutes at most"}


def access_journal(arguments: Namespace, open_work: OpenWork, settings: Any) -> list[dict[str, Any]]:
    with open_work() as work:
        return views.access_journal(work, arguments.member, MOST)


def _who() -> str:
    """Who is signed in at the server."""
    return f"admin:{getpass.getuser()}"


def _write_privately(path: Path, rows: list[dict[str, str]]) -> None:
    """A new file that nobody else can read. Raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, ["member_id", "name", "password"])
        table.writeheader()
        table.writerows(rows)


def _member(parser: ArgumentParser) -> None:
    parser.add_argument("member", help="the member's id, as m017")


def _perhaps_a_member(parser: ArgumentParser) -> None:
    parser.add_argument("member", nargs="?", help="only of this one")


def _account(parser: ArgumentParser) -> None:
    _member(parser)
    parser.add_argument("provider", choices=sorted(KINDS))
    parser.add_argument("account", help="the userid that the platform has for the member")


COMMANDS = [
    Command("set-password", "a new random password for a member, printed once", set_password, _member, changes=True),
    Command(
        "first-passwords",
        "a random password for every member who has none, into a new CSV file",
        first_passwords,
        lambda parser: parser.add_argument("file", type=Path),
        changes=True,
    ),
    Command(
        "drop-code",
        "ask a member for no one-time codes any more: the telephone is lost",
        drop_code,
        _member,
        changes=True,
    ),
    Command(
        "link-account",
        "the account of a member on a chat platform, to sign in by it",
        link_account,
        _account,
        changes=True,
    ),
    Command("sessions", "who is signed in", sessions, _perhaps_a_member),
    Command("end-sessions", "sign a member out everywhere", end_sessions, _member, changes=True),
    Command(
        "access-journal", "sign-ins, refusals and what was set, the newest first", access_journal, _perhaps_a_member
    ),
]
