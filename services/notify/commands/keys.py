"""The keys that seal personal data and the accounts' secrets."""

from __future__ import annotations

from argparse import Namespace

from services.notify import use_cases
from shared.admin import Command, OpenWork
from shared.sealing import KeyRing
from shared.settings import Settings


def _rotate(arguments: Namespace, open_work: OpenWork, settings: Settings) -> dict[str, int]:
    """What older keys of the ring have sealed: parked bodies, accounts' secrets, targets. Members' phones come anew
    with the members."""
    with open_work() as work:
        resealed = work.reseal_parked()
        work.commit()
    return {"parked": resealed} | use_cases.reseal_channels(KeyRing(settings.key_ring), open_work)


COMMANDS = [Command("rotate-keys", "seal with the current key what older ones have sealed", _rotate)]
