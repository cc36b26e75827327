"""Links that carry their own permission: signed, for one name, until they expire; whoever has the link may follow it.

The whole query is signed together with the path, so that nothing in it can be changed, added or left out. The keys are
derived from a key ring (shared/sealing.py), under their ids: links follow the ring's rotation. Whoever holds the
derived keys alone can make such links, and opens nothing that the ring has sealed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from shared.http.problems import Forbidden

SECRET_BYTES = 16  # 128 bits: nobody tries them all


def derived(ring: str, purpose: str) -> dict[str, Any]:
    """The keys of links for one purpose, made of a ring and in its form: `{"current": "k1", "keys": {"k1": "…"}}`."""
    given = json.loads(ring)
    keys = {
        key_id: hmac.digest(base64.b64decode(key), f"links/{purpose}".encode(), hashlib.sha256)
        for key_id, key in given["keys"].items()
    }
    return {
        "current": given["current"],
        "keys": {key_id: base64.b64encode(key).decode() for key_id, key in keys.items()},
    }


class Links:
    """Signs and checks links for the purpose that its keys were derived for; those for another are refused."""

    def __init__(self, keys: Mapping[str, Any]):
        self.current: str = keys["current"]
        self._keys = {key_id: base64.b64decode(key) for key_id, key in keys["keys"].items()}

    def sign(self, path: str, seconds: int, **query: str) -> str:
        """The path with its query, good for so many seconds from now."""
        query |= {"expires": str(int(time.time()) + seconds)}
        return f"{path}?{urlencode(query | {'signature': self._signature(self.current, path, query)})}"

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

    def secret(self, what: str, key_id: str) -> str:
        """A short secret for one thing, 22 characters of a URL: the same for the same thing and key, and nobody without
        the key can guess it. Raises KeyError for a key that is not in the ring any more."""
        digest = hmac.digest(self._keys[key_id], f"secret/{what}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:SECRET_BYTES]).decode().rstrip("=")

    def address(self, link: Mapping[str, str]) -> str | None:
        """The address that `{"url": …, "key": …, "about": …}` stands for: the URL with the secret for what it is about.
        So that it stands in no message that others read. None when its key is not in the ring any more."""
        try:
            return link["url"] + self.secret(link["about"], link["key"])
        except KeyError:
            return None

    def _signature(self, key_id: str, path: str, query: Mapping[str, str]) -> str:
        text = json.dumps([path, sorted(query.items())])
        digest = hmac.digest(self._keys[key_id], text.encode(), hashlib.sha256)
        return f"{key_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@functools.lru_cache(maxsize=8)
def links(ring: str, purpose: str) -> Links:
    """The same for the same ring and purpose."""
    return Links(derived(ring, purpose))
