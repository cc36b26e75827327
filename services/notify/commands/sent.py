"""What went out about a case, or to a person, and what became of it."""

from __future__ import annotations

import argparse
from typing import Any

from services.notify import views
from services.notify.domain.sent_words import table
from shared.admin import Command, OpenWork
from shared.settings import Settings

MOST = 200


def _sent(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        person = arguments.what if views.is_person(work, arguments.what) else None
        number = None if person else arguments.what
        return table(views.sent(work, number, person, True, arguments.before, MOST))


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="NUMBER|PERSON", help="a case by its number, or a member: m017")
    parser.add_argument("--before", help="id of the oldest that was shown (GET /notify/sent), for what came before it")


COMMANDS = [Command("sent", f"what went out about a case or to a person, the newest {MOST}", _sent, _arguments)]
