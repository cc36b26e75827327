"""The secrets of a town as files, one value each, readable by their owner alone.

<folder>/<service>/amqp_uri  database_url  token_public_key  (key_ring, sealing_key, link_keys)
<folder>/dispatch/token_private_key  access_ring     it signs members in, and nobody else does
<folder>/admin/owner_database_url  token_private_key
<folder>/sources/<source>/amqp_uri
<folder>/members/<member>/amqp_uri
<folder>/subscribers/<subscriber>/amqp_uri  hears.json     what it may hear (deploy/provision/subscribers.py)
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.provision.names import LINKED, LINKS, SEALED, SEALS, SERVICES, SIGNS, ProvisionError
from shared.http.links import derived
from shared.sealing import KeyRing


class Secrets:
    """The secrets folder of one town."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, *parts: str) -> Path:
        return self.folder.joinpath(*parts)

    def read(self, *parts: str) -> str:
        """Raises ProvisionError when there is no such secret."""
        try:
            return self.path(*parts).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise ProvisionError(f"there is no secret {self.path(*parts)}: provision the town first") from error

    def write(self, value: str, *parts: str) -> None:
        """Put a secret in place whole; one that is the same already is left alone."""
        path = self.path(*parts)
        if path.exists() and path.read_text(encoding="utf-8") == value:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(value)
        fresh.replace(path)

    def password(self, *parts: str) -> str:
        """The password in the URL kept there, or a new random one."""
        path = self.path(*parts)
        known = urlsplit(path.read_text(encoding="utf-8")).password if path.exists() else None
        return unquote(known) if known else secrets.token_urlsafe(24)

    def make_keys(self) -> None:
        """The key that signs tokens, the ring of its signer, the ring that seals personal data: made once, kept for
        ever. Removed, the first two are made anew, and everybody signs in again (deploy/runbooks/access.md)."""
        if not self.path("admin", "token_private_key").exists():
            self.write(_pem(Ed25519PrivateKey.generate()), "admin", "token_private_key")
        public = _public_pem(self.read("admin", "token_private_key"))
        for service in SERVICES:
            self.write(public, service, "token_public_key")
        self.write(self.read("admin", "token_private_key"), SIGNS, "token_private_key")
        if not self.path(SIGNS, "access_ring").exists():
            self.write(json.dumps({"index": _new_key()} | _new_ring()), SIGNS, "access_ring")
        known = self.path(SEALED[0], "key_ring").exists()
        self._write_ring({"index": _new_key()} | (self._ring() if known else _new_ring()))

    def change_ring(self, step: str) -> str:
        """One step of changing the keys that seal personal data (deploy/runbooks/keys.md): `add` a key, `use` the
        newest, `drop` those that are not used any more. Says what it did. Raises ProvisionError."""
        ring = self._ring()
        newest = max(ring["keys"], key=_number)
        if step == "add":
            newest = f"k{_number(newest) + 1}"
            ring["keys"][newest] = _new_key()
        elif step == "use":
            ring["current"] = newest
        else:
            ring["keys"] = {ring["current"]: ring["keys"][ring["current"]]}
        self._write_ring(ring)
        known = ", ".join(sorted(ring["keys"], key=_number))
        return f"the ring has {known}, and {ring['current']} seals: restart {', '.join((*SEALED, SEALS, LINKED))}"

    def _ring(self) -> dict[str, Any]:
        return json.loads(self.read(SEALED[0], "key_ring"))

    def _write_ring(self, ring: dict[str, Any]) -> None:
        for service in SEALED:
            self.write(json.dumps(ring), service, "key_ring")
        self.write(KeyRing(json.dumps(ring)).sealing_key(), SEALS, "sealing_key")
        links = {purpose: derived(json.dumps(ring), purpose) for purpose in LINKS}
        self.write(json.dumps(links), LINKED, "link_keys")

    def environment(self, town: str, service: str) -> dict[str, str]:
        """A service's settings that come from here, as names of files."""
        names = ["amqp_uri", "database_url", "token_public_key"]
        names += ["key_ring"] * (service in SEALED) + ["sealing_key"] * (service == SEALS)
        names += ["link_keys"] * (service == LINKED)
        names += ["token_private_key", "access_ring"] if service == SIGNS else []
        files = {f"{name.upper()}_FILE": str(self.path(service, name)) for name in names}
        return {"WANGGE_TOWN": town, **files}


def _new_ring() -> dict[str, Any]:
    return {"current": "k1", "keys": {"k1": _new_key()}}


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _number(key_id: str) -> int:
    return int(key_id.removeprefix("k"))


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_pem(private: str) -> str:
    key = serialization.load_pem_private_key(private.encode(), password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
