"""Bodies of parked messages: sealed where the service holds the key ring, since they may name persons."""

from __future__ import annotations

from shared.sealing import KeyRing

_MARK = b"sealed:"


class Bodies:
    """Closes and opens bodies, each bound to its row; as they are in a service without the ring, which hears nothing
    personal."""

    def __init__(self, key_ring: str):
        self._keys = KeyRing(key_ring) if key_ring else None

    def close(self, body: bytes, row_id: str) -> bytes:
        return _MARK + self._keys.seal_bytes(body, f"parked:{row_id}", "body") if self._keys else body

    def open(self, body: bytes, row_id: str) -> bytes:
        """Raises SealError."""
        if self._keys is None or not body.startswith(_MARK):
            return body
        return self._keys.open_bytes(body.removeprefix(_MARK), f"parked:{row_id}", "body")

    def is_current(self, body: bytes) -> bool:
        """Whether the current key of the ring has sealed it."""
        sealed = body.removeprefix(_MARK).partition(b".")[0].decode(errors="replace")
        return self._keys is None or (body.startswith(_MARK) and self._keys.is_current(f"{sealed}."))
