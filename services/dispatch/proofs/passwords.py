"""Passwords are kept as Argon2id, and worked out off the hub: one takes tens of milliseconds and megabytes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.dispatch.errors import NotNow

Result = TypeVar("Result")
AT_ONCE = 2  # worked out at the same time: bounds the memory
IN_LINE = 200  # who comes when so many wait is told to come again
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without what looks alike; 14 of them are 69 bits


class Passwords:
    """Argon2id with the parameters of the OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        self._places, self._work = Semaphore(IN_LINE), Semaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """As it is kept. Raises NotNow."""
        return self._off_the_hub(self._hasher.hash, password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that is kept; takes as long where none is. Raises NotNow."""
        return self._off_the_hub(self._verify, kept or self._nobodys, password) and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _off_the_hub(self, do: Callable[..., Result], *arguments: str) -> Result:
        if not self._places.acquire(blocking=False):
            raise NotNow("登录人数过多,请稍后再试 / too many sign in at once: come again in a moment")
        try:
            with self._work:
                return tpool.execute(do, *arguments)
        finally:
            self._places.release()


def new_password() -> str:
    """A random one, to be told to a member and changed by it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(14))
