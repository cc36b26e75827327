"""One-time codes of an authenticator app: RFC 6238 (TOTP), six digits, SHA-1, 30 seconds, as all these apps can."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from shared.sealing import KeyRing

STEP = 30  # seconds
AROUND = (0, -1, 1)  # steps that a clock may be off


class Codes:
    """Makes and checks them; secrets are sealed, each bound to its member."""

    def __init__(self, ring: KeyRing, town: str):
        self._ring, self._town = ring, town

    def new(self) -> bytes:
        return secrets.token_bytes(20)

    def uri(self, secret: bytes, member_id: str) -> str:
        """What an app reads from a QR code: otpauth://…"""
        return _totp(secret).get_provisioning_uri(member_id, f"Wangge {self._town}")

    def text(self, secret: bytes) -> str:
        """The secret as somebody types it into an app."""
        return base64.b32encode(secret).decode()

    def seal(self, secret: bytes, member_id: str) -> str:
        return self._ring.seal(self.text(secret), f"member:{member_id}", "code")

    def step_of(self, sealed: str, member_id: str, code: str, used: int, now: dt.datetime) -> int | None:
        """The step that this code is of, later than that `used` last; None for a wrong or used code."""
        totp = _totp(base64.b32decode(self._ring.open(sealed, f"member:{member_id}", "code")))
        at = int(now.timestamp()) // STEP
        fits = (at + off for off in AROUND if _same(totp.generate((at + off) * STEP), code))
        return next((step for step in fits if step > used), None)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP)


def _same(expected: bytes, given: str) -> bool:
    return secrets.compare_digest(expected, given.encode())
