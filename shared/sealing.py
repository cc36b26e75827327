"""Personal data is sealed (AES-256-GCM) before it is stored or said, and bound to its record and field.

A ring holds the service's keys. A data key belongs to one person, and is itself kept sealed by the ring: once it is
destroyed, nobody can open what it has sealed, wherever copies lie. Decision 7 says what is sealed with which.

A sealing key is what a service gets that takes personal data in and never reads it: it seals for the ring, knows a
value again that it has sealed before, and opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_DATA = "data"  # stands before what a data key has sealed, where a ring's values have the id of their key
_OUTSIDE = "+"  # stands after the id of the key, in what a sealing key has sealed for it


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


class SealingKey:
    """Seals for the current key of a ring (X25519, HKDF-SHA256, AES-256-GCM), and cannot open it again.

    `{"key": "k1", "public": "<base64 of 32 bytes>", "index": "<base64 of 32 bytes>"}`; `KeyRing.sealing_key` makes it.
    """

    def __init__(self, text: str):
        document = json.loads(text)
        self._key_id, self._public = document["key"] + _OUTSIDE, base64.b64decode(document["public"])
        self._index = base64.b64decode(document["index"])

    def seal(self, plain: str, record: str, field: str) -> str:
        """`<key id>+.<one-time public key, nonce, ciphertext; base64>`; opens only with the same record and field."""
        once = X25519PrivateKey.generate()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self._public))
        public = once.public_key().public_bytes_raw()
        cipher = _agreed(shared, public + self._public)
        return f"{self._key_id}.{_text(public + _encrypt(cipher, plain.encode(), record, field))}"

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed for the key that the ring seals with now."""
        return sealed.startswith(f"{self._key_id}.")

    def blind(self, value: str, purpose: str) -> str:
        """The blind index of a value, as `KeyRing.blind` makes it with another key: the same for the same value.
        Whoever has this key can try all telephone numbers on it; it stays as secret as the ring."""
        return _blind(self._index, value, purpose)


class KeyRing:
    """Keys by id; new values are sealed with the current key, old ones stay readable while their key is in the ring.

    `{"current": "k1", "keys": {"k1": "<base64 of 32 bytes>"}, "index": "<base64 of 32 bytes>"}`
    """

    def __init__(self, text: str):
        ring = json.loads(text)
        self.current = ring["current"]
        self._raw_keys = {key_id: base64.b64decode(key) for key_id, key in ring["keys"].items()}
        self._keys = {key_id: AESGCM(key) for key_id, key in self._raw_keys.items()}
        self._index = base64.b64decode(ring.get("index", ""))

    def seal(self, plain: str, record: str, field: str) -> str:
        """`<key id>.<nonce and ciphertext, base64>`; opens only with the same record and field."""
        return f"{self.current}.{_text(_encrypt(self._keys[self.current], plain.encode(), record, field))}"

    def open(self, sealed: str, record: str, field: str) -> str:
        """What the ring, or a sealing key of it, has sealed. Raises SealError."""
        key_id, _, text = sealed.partition(".")
        if key_id.endswith(_OUTSIDE):
            return self._open_from_outside(key_id.removesuffix(_OUTSIDE), _raw(text), record, field)
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
        return _blind(self._index, value, purpose)

    def sealing_key(self) -> str:
        """What a service needs that seals for this ring, and may not open: see SealingKey."""
        public = _text_of_key(self._private(self.current).public_key().public_bytes_raw())
        index = _text_of_key(hmac.digest(self._index, b"sealing key", hashlib.sha256))
        return json.dumps({"key": self.current, "public": public, "index": index})

    def _open_from_outside(self, key_id: str, raw: bytes, record: str, field: str) -> str:
        self._key(key_id)
        private, public = self._private(key_id), raw[:KEY_BYTES]
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError as error:
            raise SealError("the sealed value is damaged") from error
        cipher = _agreed(shared, public + private.public_key().public_bytes_raw())
        return _decrypt(cipher, raw[KEY_BYTES:], record, field).decode()

    def _private(self, key_id: str) -> X25519PrivateKey:
        """The half that opens what was sealed for this key: made of it, so that a ring holds nothing else."""
        return X25519PrivateKey.from_private_bytes(_derived(self._raw_keys[key_id], b"", b"sealing key"))

    def _key(self, key_id: str) -> AESGCM:
        key = self._keys.get(key_id)
        if key is None:
            raise SealError(f"key {key_id[:20]!r} is not in the key ring: add it to KEY_RING")
        return key


def _agreed(shared: bytes, publics: bytes) -> AESGCM:
    return AESGCM(_derived(shared, publics, b"sealed from outside"))


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(secret)


def _blind(index: bytes, value: str, purpose: str) -> str:
    return _text(hmac.digest(index, f"{purpose}/{value}".encode(), hashlib.sha256))


def _text_of_key(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


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
