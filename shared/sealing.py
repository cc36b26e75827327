"""Personal data is sealed (AES-256-GCM) before it is stored or said, and bound to its record and field."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SealError(Exception):
    """A sealed value cannot be opened: wrong record or field, unknown key, or damaged text."""


class KeyRing:
    """Keys by id; new values are sealed with the current key, old ones stay readable while their key is in the ring."""

    def __init__(self, text: str):
        ring = json.loads(text)
        self._current = ring["current"]
        self._keys = {key_id: AESGCM(base64.b64decode(key)) for key_id, key in ring["keys"].items()}

    def seal(self, plain: str, record: str, field: str) -> str:
        """`<key id>.<nonce and ciphertext, base64>`; opens only with the same record and field."""
        nonce = os.urandom(12)
        sealed = self._keys[self._current].encrypt(nonce, plain.encode(), f"{record}/{field}".encode())
        return f"{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, record: str, field: str) -> str:
        key_id, _, text = sealed.partition(".")
        key = self._keys.get(key_id)
        if key is None:
            raise SealError(f"key {key_id!r} is not in the key ring: add it to KEY_RING")
        try:
            raw = base64.urlsafe_b64decode(text)
            return key.decrypt(raw[:12], raw[12:], f"{record}/{field}".encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealError("the sealed value does not belong to this record, or is damaged") from error
