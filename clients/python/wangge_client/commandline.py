"""What the command lines share: the address, the file, the language, and errors as one line."""

import argparse
import logging
import os
import pathlib
import sys
from collections.abc import Callable

from wangge_client import address, errors


def add_common(parser: argparse.ArgumentParser, who: str, file: str) -> None:
    """The options that every command has; `who` is source or member, `file` spool or store."""
    parser.add_argument(
        "--url", help="amqp://USER:PASSWORD@HOST:PORT/VHOST; or set WANGGE_AMQP_URI or WANGGE_AMQP_URI_FILE"
    )
    parser.add_argument(f"--{who}", dest="who", help=f"name of the {who}; by default from the user name <town>-<{who}>")
    parser.add_argument(
        f"--{file}", dest="kept_in", help="file to keep things in; by default one per user under ~/.local/state/wangge"
    )
    parser.add_argument("--lang", choices=("zh", "en"), default=default_language(), help="language of what is printed")


def default_language() -> str:
    """zh when the terminal speaks Chinese, else en."""
    return "zh" if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh") else "en"


def resolve(arguments: argparse.Namespace) -> None:
    """Fill in url, who and kept_in from the environment and the user name."""
    arguments.url = address.url_from(arguments.url)
    broker = address.Address(arguments.url, "wangge")
    town = broker.parameters.virtual_host.removeprefix("wangge-")
    arguments.who = arguments.who or broker.user.removeprefix(f"{town}-")
    state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state")
    arguments.kept_in = (
        arguments.kept_in or state / "wangge" / f"{broker.parameters.host}-{broker.parameters.port}-{broker.user}.db"
    )


def token() -> str:
    """The token for the HTTP side: in the file that WANGGE_TOKEN_FILE names, or in WANGGE_TOKEN."""
    if path := os.environ.get("WANGGE_TOKEN_FILE"):
        return pathlib.Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get("WANGGE_TOKEN", "")


def run(parser: argparse.ArgumentParser, arguments: list[str] | None, work: Callable[[argparse.Namespace], int]) -> int:
    """Parse, do the work, and turn errors into one line that helps; gives the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # our own errors say the same, once, with the repair
    parsed = parser.parse_args(arguments)
    try:
        resolve(parsed)
        return work(parsed)
    except errors.WanggeError as problem:
        print(f"{parser.prog}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
