"""Links that carry their own permission: signed, for one name, until they expire; whoever has the link may follow it.

The whole query is signed together with the path, so that nothing in it can be changed, added or left out. The key is
derived from a key ring (shared/sealing.py), under its id: links follow the ring's rotation.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from shared.http.problems import Forbidden


class Links:
    """Signs and checks links for one purpose; those for another are refused."""

    def __init__(self, ring: str, purpose: str):
        keys = json.loads(ring)
        self._current = keys["current"]
        self._keys = {
            key_id: hmac.digest(base64.b64decode(key), f"links/{purpose}".encode(), hashlib.sha256)
            for key_id, key in keys["keys"].items()
        }

    def sign(self, path: str, seconds: int, **query: str) -> str:
        """The path with its query, good for so many seconds from now."""
        query |= {"expires": str(int(time.time()) + seconds)}
        return f"{path}?{urlencode(query | {'signature': self._signature(self._current, path, query)})}"

    def check(self, path: str, query: Mapping[str, str]) -> None:
        """Raises Forbidden for a link that was not signed here just so, or has expired."""
        signed = {name: value for name, value in query.items() if name != "signature"}
        given = query.get("signature", "")
        key_id = given.partition(".")[0]
        expected = self._signature(key_id, path, signed) if key_id in self._keys else ""
        if not (expected and hmac.compare_digest(given.encode(), expected.encode())):
            raise Forbidden("the link was changed or was not given here: ask for a new one where you got it")
        if int(signed["expires"]) < time.time():
            raise Forbidden("the link has expired: ask for a new one where you got it")

    def _signature(self, key_id: str, path: str, query: Mapping[str, str]) -> str:
        text = json.dumps([path, sorted(query.items())])
        digest = hmac.digest(self._keys[key_id], text.encode(), hashlib.sha256)
        return f"{key_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@functools.lru_cache(maxsize=8)
def links(ring: str, purpose: str) -> Links:
    """The same for the same ring and purpose."""
    return Links(ring, purpose)
