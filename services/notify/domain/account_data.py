"""Accounts of channels as data (channels.yaml): read whole or refused whole, with the place of every mistake and the
way to repair it. Secrets stand in files or in the environment, never here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.notify.domain.buckets import ACCOUNT, TARGET, TEXT, Limit, default_burst
from services.notify.domain.deliveries import PATIENCE, Patience
from services.notify.domain.kinds import KINDS, Kind, provider_of

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")
DURATION = re.compile(r"([1-9]\d{0,6}) (second|minute|emergency_hour|day)")
UNITS = {"second": 1.0, "minute": 60.0, "emergency_hour": 3600.0, "day": 86400.0}
MOST_ACCOUNTS, MOST_COUNT, MOST_AT_ONCE, MOST_WEIGHT = 1_000, 1_000_000, 50, 1_000
_WHERE = "write {file: /path/of/a/file} or {env: NAME_OF_A_VARIABLE}"


class Problem(NamedTuple):
    """What is wrong at a place (keys and positions that lead to it), and how to repair it."""

    place: tuple[Any, ...]
    problem: str
    repair: str


@dataclass(frozen=True)
class Entry:
    """One account. `secrets`: name → ("file" or "env", where)."""

    account_id: str
    channel: str
    way: str
    unit: str | None
    weight: int
    at_once: int
    enabled: bool
    settings: dict[str, str]
    secrets: dict[str, tuple[str, str]]
    limits: tuple[Limit, ...]

    @property
    def provider(self) -> str:
        return provider_of(self.channel, self.account_id, self.settings)


class Channels(NamedTuple):
    """All that channels.yaml says."""

    accounts: list[Entry]
    patience: dict[str, Patience]


class _Wrong(Exception):
    def __init__(self, problem: str, repair: str, *place: Any):
        super().__init__(problem)
        self.problem, self.repair, self.place = problem, repair, place


def read_channels(document: Any) -> tuple[Channels, list[Problem]]:
    """The accounts of `{accounts: […], patience: {…}}`; with problems they must not be used."""
    listed = document.get("accounts") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_ACCOUNTS or set(document) - {"accounts", "patience"}:
        repair = "write accounts: [{name: …, channel: …}], and perhaps patience: {urgent: …}"
        return Channels([], {}), [Problem((), f"this is no list of at most {MOST_ACCOUNTS} accounts", repair)]
    problems: list[Problem] = []
    accounts = [_account(one, ("accounts", at), problems) for at, one in enumerate(listed)]
    patience = _patience(document.get("patience", {}), problems)
    problems += _together([account for account in accounts if account])
    return Channels([account for account in accounts if account], patience), problems


def _together(accounts: list[Entry]) -> list[Problem]:
    """What is wrong between accounts: names that stand twice, a way of several kinds of receivers."""
    problems: list[Problem] = []
    seen: dict[str, Entry] = {}
    for at, account in enumerate(accounts):
        if any(account.account_id == other.account_id for other in accounts[:at]):
            problems.append(Problem(("accounts", at, "name"), f"{account.account_id} stands twice", "rename one"))
        first = seen.setdefault(account.way, account)
        if _reaches(first) != _reaches(account):
            problems.append(
                Problem(
                    ("accounts", at, "way"),
                    f"{account.account_id} cannot stand in for {first.account_id}: they reach people differently",
                    "give one way to accounts of the same kind (all SMS; robots of one group)",
                )
            )
    return problems


def _reaches(account: Entry) -> str:
    """What a target of the account is; accounts without targets reach whom they reach."""
    return "sms" if account.channel.startswith("sms_") else account.channel


def _account(value: Any, place: tuple[Any, ...], problems: list[Problem]) -> Entry | None:
    before = len(problems)
    if not isinstance(value, dict):
        problems.append(Problem(place, "an account is no mapping", "write {name: …, channel: …}"))
        return None
    problems += [Problem((*place, key), f"nobody reads {key!r}", "leave it out") for key in value.keys() - READERS]
    channel = value.get("channel")
    if not isinstance(channel, str) or channel not in KINDS:
        known = ", ".join(sorted(KINDS))
        problems.append(Problem((*place, "channel"), f"there is no channel {channel!r}", f"use one of {known}"))
        return None
    read: dict[str, Any] = {}
    for name, reader in READERS.items():
        try:
            read[name] = reader(value.get(name), KINDS[channel])
        except _Wrong as wrong:
            problems.append(Problem((*place, name, *wrong.place), wrong.problem, wrong.repair))
    if len(problems) > before:
        return None
    name = read.pop("name")
    return Entry(name, channel, read.pop("way") or name, **{k: v for k, v in read.items() if k != "channel"})


def _name(value: Any, kind: Kind) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise _Wrong(f"{value!r} is no name", "use 2 to 39 of a–z, 0–9 and -, a letter or digit first")
    return value


def _optional_name(value: Any, kind: Kind) -> str | None:
    return None if value is None else _name(value, kind)


def _unit(value: Any, kind: Kind) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= 60 or "\0" in value:
        raise _Wrong(f"{value!r} is no unit", "give a grid_id in quotes, or one of the four platforms")
    if kind.targeted:
        raise _Wrong("only a robot or webhook is a unit's", "leave unit out")
    return value


def _always(value: int) -> Callable[[Kind], int]:
    return lambda kind: value


def _between(least: int, most: int, default: Callable[[Kind], int]) -> Callable[[Any, Kind], int]:
    def read(value: Any, kind: Kind) -> int:
        if value is None:
            return default(kind)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _Wrong(f"{value!r} is no whole number from {least} to {most}", "correct it, or leave it out")
        return value

    return read


def _enabled(value: Any, kind: Kind) -> bool:
    if value is not None and not isinstance(value, bool):
        raise _Wrong(f"{value!r} is neither true nor false", "write true or false")
    return value is not False


def _settings(value: Any, kind: Kind) -> dict[str, str]:
    given = _mapping(value, kind.settings)
    for name, text in given.items():
        if isinstance(text, bool) or not isinstance(text, str | int) or not 0 < len(str(text)) <= 500:
            raise _Wrong(f"{name} is no text of at most 500 characters", "write it in quotes", name)
    read = dict(kind.defaults) | {name: str(text) for name, text in given.items()}
    if "url" in read and not re.fullmatch(r"https?://[^/@\s?#]+[^\s?#@]*", read["url"]):
        raise _Wrong("the url is no address without user, query and blanks", "write https://host/path", "url")
    if "port" in read and not (read["port"].isdigit() and 0 < int(read["port"]) < 65536):
        raise _Wrong("the port is no number up to 65535", "write 587, 465 or 25", "port")
    if read.get("security", "none") not in ("starttls", "tls", "none"):
        raise _Wrong(f"security cannot be {read['security']}", "write starttls, tls, or none", "security")
    return read


def _secrets(value: Any, kind: Kind) -> dict[str, tuple[str, str]]:
    read = {}
    for name, source in _mapping(value, kind.secrets).items():
        if not isinstance(source, dict) or len(source) != 1 or not source.keys() <= {"file", "env"}:
            raise _Wrong(f"{name} must not stand here itself", _WHERE, name)
        ((form, where),) = source.items()
        if not isinstance(where, str) or not where:
            raise _Wrong(f"{name} says not where it is", _WHERE, name)
        read[name] = (form, where)
    return read


def _mapping(value: Any, known: Any) -> dict[str, Any]:
    value = {} if value is None else value
    if not isinstance(value, dict):
        raise _Wrong("this is no mapping", "write {name: value}")
    if unknown := sorted(map(str, value.keys() - known.keys())):
        raise _Wrong(f"nobody reads {unknown[0]!r}", f"use {', '.join(known) or 'nothing'}", unknown[0])
    if missing := [name for name, needed in known.items() if needed and value.get(name) in (None, "")]:
        raise _Wrong(f"{missing[0]} is missing", f"write {missing[0]}: …", missing[0])
    return {name: given for name, given in value.items() if given is not None}


def _limits(value: Any, kind: Kind) -> tuple[Limit, ...]:
    if value is None:
        return kind.limits
    if not isinstance(value, list) or len(value) > 6:
        raise _Wrong("these are no limits", "write [{count: 20, in: 1 minute}]")
    return tuple(_limit(one, kind, at) for at, one in enumerate(value))


def _limit(value: Any, kind: Kind, at: int) -> Limit:
    if not isinstance(value, dict) or not {"count", "in"} <= value.keys() <= {"count", "in", "burst", "reserve", "of"}:
        raise _Wrong("a limit has count and in, and perhaps burst, reserve, of", "write {count: 20, in: 1 minute}", at)
    count = _between(1, MOST_COUNT, _always(0))(value["count"], kind)
    burst = _between(1, count, _always(default_burst(count)))(value.get("burst"), kind)
    reserve = _between(0, burst - 1, _always(0))(value.get("reserve"), kind)
    of = value.get("of", ACCOUNT)
    if of not in (ACCOUNT, TARGET, TEXT):
        raise _Wrong(f"a limit cannot be of {of!r}", "write account, target or text", at)
    return Limit(count, _seconds(value["in"], at), burst, of, reserve)


def _seconds(value: Any, *place: Any) -> float:
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _Wrong(f"{value!r} is no duration", "write for example 1 minute", *place)
    return int(found[1]) * UNITS[found[2]]


def _patience(value: Any, problems: list[Problem]) -> dict[str, Patience]:
    read = dict(PATIENCE)
    if not isinstance(value, dict) or not value.keys() <= PATIENCE.keys():
        problems.append(Problem(("patience",), "patience is of urgent and normal", "write urgent: {…}, normal: {…}"))
        return read
    for lane, given in value.items():
        try:
            if not isinstance(given, dict) or not given.keys() <= {"attempts", "for"}:
                raise _Wrong("patience has attempts and for", "write {attempts: 3, for: 1 minute}")
            attempts = _between(1, 100, _always(PATIENCE[lane].attempts))(given.get("attempts"), KINDS["webhook"])
            read[lane] = Patience(attempts, _seconds(given["for"]) if "for" in given else PATIENCE[lane].seconds)
        except _Wrong as wrong:
            problems.append(Problem(("patience", lane, *wrong.place), wrong.problem, wrong.repair))
    return read


READERS: dict[str, Callable[[Any, Kind], Any]] = {
    "name": _name,
    "channel": lambda value, kind: value,
    "way": _optional_name,
    "unit": _unit,
    "weight": _between(0, MOST_WEIGHT, _always(1)),
    "at_once": _between(1, MOST_AT_ONCE, lambda kind: kind.at_once),
    "enabled": _enabled,
    "settings": _settings,
    "secrets": _secrets,
    "limits": _limits,
}
