"""Accounts of channels: from a file, what each is doing, and a message to try one."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.notify import use_cases, views
from services.notify.domain.account_data import Entry, read_channels
from services.notify.domain.deciding import OPEN
from services.notify.domain.deliveries import Wanted, Way, Words
from services.notify.errors import AccountUnknown
from shared import marked
from shared.admin import Command, OpenWork
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing
from shared.settings import Environment, Settings, SettingsError

WAIT = 30.0  # seconds that a test message is waited for
TEST = Words("网格测试 Wangge test", "这是一条测试消息,请勿回复。This is a test, nothing is to be done.")


def load_channels(path: Path, open_work: OpenWork, settings: Settings) -> int:
    """The accounts of a file as channels.yaml (deploy/towns/format.md); gives how many. ValueError names every mistake
    with its line, and then nothing has changed."""
    document = marked.read(path)
    channels, problems = read_channels(document.value)
    secrets: dict[str, dict[str, str]] = {}
    found = [(tuple(one.place), one.problem, one.repair) for one in problems]
    for at, account in enumerate([] if problems else channels.accounts):
        secrets[account.account_id] = _secrets(account, at, found, os.environ)
    if found:
        told = (f"{path}:{document.line(place)}: {problem}: {repair}" for place, problem, repair in found)
        raise ValueError("the channels are refused, those known stay\n" + "\n".join(told))
    keys = KeyRing(settings.key_ring)
    return use_cases.set_accounts(channels.accounts, secrets, channels.patience, keys, open_work)


def _secrets(account: Entry, at: int, problems: list[marked.Problem], environment: Mapping[str, str]) -> dict[str, str]:
    """By name, read from where the file says."""
    read = {}
    for name, (form, where) in account.secrets.items():
        given = {f"{name.upper()}_FILE": where} if form == "file" else {name.upper(): environment.get(where, "")}
        try:
            read[name] = Environment(given).get(name.upper())
        except SettingsError as error:
            what = (
                f"the variable {where} is not set" if form == "env" else str(error).partition("=")[2].partition(":")[0]
            )
            problems.append((("accounts", at, "secrets", name), what, "put the secret there"))
    return read


def _add(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    if not arguments.what:
        raise ValueError("which file? `channels add FILE` takes one like channels.yaml of a town folder")
    return {"accounts": load_channels(Path(arguments.what), open_work, settings)}


def _list(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    with open_work() as work:
        return views.channels(work)


def _test(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    """An urgent delivery like any other: it keeps to the limits, and the running service sends it."""
    with open_work() as work:
        known = {row["account_id"]: row for row in views.channels(work)}
        if arguments.what not in known:
            raise AccountUnknown(arguments.what or "")
        test = f"test/{new_id()}"
        way = Way(known[arguments.what]["way"], arguments.to)
        wanted = Wanted(test, test, "test", "P2", TEST, (way,))
        (delivery_id,) = use_cases.deliver([wanted], work, KeyRing(settings.key_ring), account=arguments.what)
        work.commit()
    end = time.monotonic() + arguments.wait
    while True:
        with open_work() as work:
            found = views.delivery(work, delivery_id)
        assert found
        if found["state"] not in OPEN or time.monotonic() >= end:
            break
        time.sleep(0.2)
    return {name: found[name] for name in ("id", "account_id", "state", "reason", "history")}


ACTIONS = {"add": _add, "list": _list, "test-send": _test}


def _channels(arguments: argparse.Namespace, open_work: OpenWork, settings: Settings) -> Any:
    return ACTIONS[arguments.action](arguments, open_work, settings)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=sorted(ACTIONS))
    parser.add_argument("what", nargs="?", help="add: a file like channels.yaml; test-send: an account")
    parser.add_argument("--to", default="", help="whom a test reaches: phone number, user id, e-mail address")
    parser.add_argument("--wait", type=float, default=WAIT, help="seconds to wait for what becomes of a test")


COMMANDS = [
    Command("channels", "accounts of channels: add those of a file, list, test-send", _channels, _arguments),
]
