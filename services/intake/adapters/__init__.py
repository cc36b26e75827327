"""One file for each kind of upstream platform: it reads that platform's report, and writes an update in its own shape.

A platform without a language of its own sends the generic report and gets the generic update. Adding a kind is one file
here, one line in `_ADAPTERS`, and a test.
"""

from __future__ import annotations

from services.intake.adapters import generic, open311, patrol
from services.intake.adapters.protocol import Adapter, unwrap

__all__ = ["Adapter", "adapter_of", "unwrap"]

_GENERIC = Adapter(generic.read, generic.write)
_ADAPTERS: dict[str, Adapter] = {
    open311.KIND: Adapter(open311.read, open311.write),
    patrol.KIND: Adapter(patrol.read, generic.write),
}


def adapter_of(kind: str) -> Adapter:
    """The adapter of a kind of source."""
    return _ADAPTERS.get(kind, _GENERIC)
