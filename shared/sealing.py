"""Personal data is sealed (AES-256-GCM) before it is stored or said, and bound to its record and field.

A ring holds the service's keys. A data key belongs to one person, and is itself kept sealed by the ring: once it is
destroyed, nobody can open what it has sealed, wherever copies lie. Decision 7 says what is sealed with which.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_DATA = "data"  # stands before what a data key has sealed, where a ring's values have the id of their key


class SealError(Exception):
    """A sealed value cannot be opened: wrong record or field, unknown key, or damaged text."""


class DataKey:
    """The key of one person."""

    def __init__(self, raw: bytes):
        self._cipher = AESGCM(raw)

    def seal(self, plain: str, record: str, field: str) -> str:
        """`data.<nonce and ciphertext, base64>`; opens only with the same record and field."""
        return f"{_DATA}.{_text(_encrypt(self._cipher, plain.encode(), record, field))}"

    def open(self, sealed: str, record: str, field: str) -> str:
        """Raises SealError."""
        return _decrypt(self._cipher, _raw(sealed.removeprefix(f"{_DATA}.")), record, field).decode()


class KeyRing:
    """Keys by id; new values are sealed with the current key, old ones stay readable while their key is in the ring.

    `{"current": "k1", "keys": {"k1": "<base64 of 32 bytes>"}, "index": "<base64 of 32 bytes>"}`
    """

    def __init__(self, text: str):
        ring = json.loads(text)
        self.current = ring["current"]
        self._keys = {key_id: AESGCM(base64.b64decode(key)) for key_id, key in ring["keys"].items()}
        self._index = base64.b64decode(ring.get("index", ""))

    def seal(self, plain: str, record: str, field: str) -> str:
        """`<key id>.<nonce and ciphertext, base64>`; opens only with the same record and field."""
        return f"{self.current}.{_text(_encrypt(self._keys[self.current], plain.encode(), record, field))}"

    def open(self, sealed: str, record: str, field: str) -> str:
        """Raises SealError."""
        key_id, _, text = sealed.partition(".")
        return _decrypt(self._key(key_id), _raw(text), record, field).decode()

    def seal_bytes(self, plain: bytes, record: str, field: str) -> bytes:
        """As `seal`, for what is no text."""
        return self.current.encode() + b"." + _encrypt(self._keys[self.current], plain, record, field)

    def open_bytes(self, sealed: bytes, record: str, field: str) -> bytes:
        """Raises SealError."""
        key_id, _, raw = sealed.partition(b".")
        return _decrypt(self._key(key_id.decode(errors="replace")), raw, record, field)

    def is_current(self, sealed: str) -> bool:
        """Whether the current key has sealed it; what older ones have sealed is to be sealed anew (runbook keys)."""
        return sealed.startswith(f"{self.current}.")

    def reseal(self, sealed: str, record: str, field: str) -> str:
        """The same value, sealed with the current key."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, record, field), record, field)

    def new_data_key(self, record: str) -> str:
        """A new data key, sealed by the ring."""
        return self.seal(_text(os.urandom(KEY_BYTES)), record, "key")

    def data_key(self, sealed: str, record: str) -> DataKey:
        """Raises SealError."""
        return DataKey(_raw(self.open(sealed, record, "key")))

    def blind(self, value: str, purpose: str) -> str:
        """The blind index of a value: the same for the same value, and of no use without the ring (HMAC-SHA256)."""
        if not self._index:
            raise SealError('the key ring has no "index" key: run the provisioning job, which adds one')
        return _text(hmac.digest(self._index, f"{purpose}/{value}".encode(), hashlib.sha256))

    def _key(self, key_id: str) -> AESGCM:
        key = self._keys.get(key_id)
        if key is None:
            raise SealError(f"key {key_id[:20]!r} is not in the key ring: add it to KEY_RING")
        return key


def _encrypt(cipher: AESGCM, plain: bytes, record: str, field: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, plain, f"{record}/{field}".encode())


def _decrypt(cipher: AESGCM, raw: bytes, record: str, field: str) -> bytes:
    try:
        return cipher.decrypt(raw[:12], raw[12:], f"{record}/{field}".encode())
    except (InvalidTag, ValueError) as error:
        raise SealError("the sealed value does not belong to this record, or is damaged") from error


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text)
    except ValueError as error:
        raise SealError("the sealed value does not belong to this record, or is damaged") from error
