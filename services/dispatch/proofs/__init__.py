"""Proofs of who somebody is: passwords, one-time codes, tokens, sign-ins at chat platforms."""

from __future__ import annotations

from typing import NamedTuple

from services.dispatch.adapters import Provider, providers_of
from services.dispatch.config import DispatchSettings
from services.dispatch.proofs.codes import Codes
from services.dispatch.proofs.passwords import Passwords
from services.dispatch.proofs.tokens import Tokens
from shared.sealing import KeyRing

__all__ = ["Codes", "Passwords", "Proofs", "Tokens", "proofs_of"]


class Proofs(NamedTuple):
    """What signing in needs besides the database; one for a process."""

    passwords: Passwords
    codes: Codes
    tokens: Tokens
    ring: KeyRing
    providers: dict[str, Provider]


def proofs_of(settings: DispatchSettings) -> Proofs:
    ring = KeyRing(settings.access_ring)
    tokens = Tokens(settings.token_private_key, settings.town, ring)
    return Proofs(Passwords(), Codes(ring, settings.town), tokens, ring, providers_of(settings.providers))
