"""The words of what is said: what is in force, drafts, previews, publication and the way back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from services.notify import use_cases, views
from services.notify.commands.who import who
from services.notify.domain.kinds import KINDS
from services.notify.domain.page_links import PATH
from services.notify.domain.template_files import read_words
from services.notify.domain.templates import LANGUAGES
from services.notify.errors import WordsRefused
from services.notify.store import shipped
from shared import marked
from shared.admin import Command, OpenWork
from shared.settings import Settings

QUEUE = "queue"  # what a member's own queue is called here
SOME_LINK = f"https://…{PATH}…"  # where the link to the page of a notice will stand
WIDE = 1_000_000  # no line of a template is folded


def _list(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.templates(work)


def _show(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> str:
    """As a file that `draft` takes, with what became of the versions in front of it."""
    with open_work() as work:
        shown = views.template(work, _kind(arguments), arguments.version)
    told = [f"version {shown['version']} of {shown['kind']}; in force: version {shown['in_force']}"]
    told += ["version {version} ({state}) by {author}: {reason}".format(**one) for one in shown["versions"]]
    told += ["{at:%Y-%m-%d %H:%M} {action} {version} by {who}: {reason}".format(**one) for one in shown["history"]]
    words = yaml.safe_dump({shown["kind"]: shown["words"]}, allow_unicode=True, sort_keys=False, width=WIDE)
    return "\n".join([*("# " + " ".join(line.split()) for line in told), words.rstrip()])


def _draft(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    path = Path(_what(arguments, "which file? `templates draft FILE` takes one like services/notify/templates"))
    document = marked.read(path)
    words, problems = read_words(document.value, shipped().kinds)
    if problems:
        found = [(tuple(one.place), one.problem, one.repair) for one in problems]
        raise WordsRefused(marked.told(path, "", document, found))
    return use_cases.draft_words(words, who(), _reason(arguments), open_work)


def _preview(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> str:
    with open_work() as work:
        shown = views.preview(work, _kind(arguments), arguments.version, arguments.case, SOME_LINK)
    lines = [f"{shown['kind']}, version {shown['version']}, with {shown['with']}"]
    for row in shown["rows"]:
        channel = row["channel"] or QUEUE
        if arguments.channel not in (None, channel) or arguments.language not in (None, row["language"]):
            continue
        lines.append(f"\n{channel} {row['language']}")
        lines += [f"  {one['part']} ({one['length']}): {one['said']}" for one in row["parts"]]
    return "\n".join(lines)


def _publish(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    if arguments.version is None:
        raise ValueError("which version? `templates publish KIND --version N --reason TEXT`; 0 is the product's own")
    return use_cases.publish_words(_kind(arguments), arguments.version, _reason(arguments), who(), open_work)


def _rollback(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return use_cases.roll_back_words(_kind(arguments), _reason(arguments), who(), open_work)


def _kind(arguments: argparse.Namespace) -> str:
    return _what(arguments, "which kind? they are in `templates list`")


def _what(arguments: argparse.Namespace, problem: str) -> str:
    if not arguments.what:
        raise ValueError(problem)
    return str(arguments.what)


def _reason(arguments: argparse.Namespace) -> str:
    if not arguments.reason.strip():
        raise ValueError("say why: --reason TEXT; it is kept with the words")
    return str(arguments.reason)


ACTIONS = {
    "list": _list,
    "show": _show,
    "draft": _draft,
    "preview": _preview,
    "publish": _publish,
    "rollback": _rollback,
}


def _templates(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return ACTIONS[arguments.action](arguments, open_work, settings)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=list(ACTIONS))
    parser.add_argument("what", nargs="?", help="draft: a file; otherwise the kind of a notice, as listed")
    parser.add_argument("--version", type=int, help="of the words; preview and show: the one in force without it")
    parser.add_argument("--reason", default="", help="draft, publish, rollback: why")
    parser.add_argument("--case", help="preview: with the newest notice about this case; with examples without it")
    parser.add_argument("--channel", choices=[QUEUE, *KINDS], help="preview: only this one")
    parser.add_argument("--language", choices=LANGUAGES, help="preview: only this one")


COMMANDS = [
    Command(
        "templates",
        "the words of what is said: list, show, draft a file, preview with a real case, publish, rollback",
        _templates,
        _arguments,
        changes=True,
    ),
]
