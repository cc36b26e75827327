"""What every service reads from its environment: once, at the start, and loudly when something is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TOWN = re.compile(r"^[a-z0-9][a-z0-9-]{1,20}$")


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and how to repair it."""


class Environment:
    """Settings by name; `NAME_FILE` names a file that holds the value, so that secrets stay out of the environment."""

    def __init__(self, values: Mapping[str, str]):
        self._values = values

    def get(self, name: str, default: str | None = None) -> str:
        if value := self._values.get(name):
            return value
        if path := self._values.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE={path} cannot be read ({error.strerror}): mount the file") from error
        if default is None:
            raise SettingsError(f"{name} is not set: set {name}, or {name}_FILE to a file that holds it")
        return default

    def number(self, name: str, default: int) -> int:
        text = self.get(name, str(default))
        if not text.isdigit():
            raise SettingsError(f"{name}={text!r} is not a whole number")
        return int(text)


@dataclass(frozen=True)
class Settings:
    """The settings of one service process."""

    service: str
    town: str
    amqp_uri: str
    database_url: str
    http_address: str
    ops_address: str
    token_public_key: str
    key_ring: str
    log_level: str
    pool_size: int
    batch_size: int

    @property
    def address(self) -> str:
        """The `source` of every message that this service says."""
        return f"/{self.town}/{self.service}"


def read(service: str, values: Mapping[str, str], sealed: bool = False) -> Settings:
    """Settings of a service; `sealed` services cannot start without the key ring for personal data."""
    env = Environment(values)
    town = env.get("WANGGE_TOWN")
    if not TOWN.fullmatch(town):
        raise SettingsError(f"WANGGE_TOWN={town!r} must match {TOWN.pattern}")
    return Settings(
        service=service,
        town=town,
        amqp_uri=env.get("AMQP_URI"),
        database_url=env.get("DATABASE_URL"),
        http_address=env.get("HTTP_ADDRESS", "127.0.0.1:8000"),
        ops_address=env.get("OPS_ADDRESS", "127.0.0.1:9000"),
        token_public_key=env.get("TOKEN_PUBLIC_KEY"),
        key_ring=env.get("KEY_RING") if sealed else "",
        log_level=env.get("LOG_LEVEL", "INFO"),
        pool_size=env.number("POOL_SIZE", 6),
        batch_size=env.number("BATCH_SIZE", 400),
    )
