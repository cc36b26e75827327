"""One file for each kind of upstream platform: it reads that platform's report, and writes an update in its own shape.

A platform without a language of its own sends the generic report and gets the generic update. Adding a kind is one file
here, one line in `ADAPTERS`, and its two files in `examples/`, which a test holds against it.
"""

from __future__ import annotations

from services.intake.adapters import (
    camera,
    chat,
    citymanagement,
    desk,
    generic,
    hotline,
    open311,
    patrol,
    pingan,
    portal,
    service,
)
from services.intake.adapters.protocol import Adapter, unwrap

__all__ = ["ADAPTERS", "Adapter", "adapter_of", "unwrap"]

ADAPTERS: dict[str, Adapter] = {
    "generic": Adapter(generic.read, generic.write),
    hotline.KIND: Adapter(hotline.read, hotline.write),
    pingan.KIND: Adapter(pingan.read, pingan.write),
    citymanagement.KIND: Adapter(citymanagement.read, citymanagement.write),
    portal.KIND: Adapter(portal.read, portal.write),
    camera.KIND: Adapter(camera.read, camera.write),
    chat.KIND: Adapter(chat.read, chat.write),
    patrol.KIND: Adapter(patrol.read, generic.write),
    service.KIND: Adapter(service.read, service.write),
    desk.KIND: Adapter(desk.read, desk.write),
    open311.KIND: Adapter(open311.read, open311.write),
}


def adapter_of(kind: str) -> Adapter:
    """The adapter of a kind of source; a kind that nobody knows sends the generic report."""
    return ADAPTERS.get(kind, ADAPTERS["generic"])
