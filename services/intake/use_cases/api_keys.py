"""Keys of Open311 clients: made once, kept as a hash, switched off."""

from __future__ import annotations

import hashlib
from typing import Any

from services.intake.errors import ApiKeyUnknown, SourceHasNoKeys
from services.intake.store import OpenWork


def key_hash(key: str) -> str:
    """What is kept of a key: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_api_key(source: str, label: str, key: str, open_work: OpenWork) -> dict[str, Any]:
    """Note a new key; it is shown here, and never again. Raises SourceHasNoKeys."""
    with open_work() as work:
        key_id = work.add_api_key(key_hash(key), source, label, work.now())
        if key_id is None:
            raise SourceHasNoKeys(source)
        work.commit()
    return {"api_key": key, "key_id": key_id, "source": source, "label": label}


def disable_api_key(key_id: str, open_work: OpenWork) -> dict[str, Any]:
    """Switch a key off, at once and for good. Raises ApiKeyUnknown."""
    with open_work() as work:
        row = work.disable_api_key(key_id, work.now())
        if row is None:
            raise ApiKeyUnknown(key_id)
        work.commit()
    return row
