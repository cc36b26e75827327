"""The tokens of a session: a short one, which every service verifies offline (shared/http/tokens.py), and the one that
gets the next. Only dispatch holds the key that signs them."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from services.dispatch.domain.access import Grant
from shared.sealing import KeyRing

GOOD_FOR = dt.timedelta(minutes=10)  # for so long a token outlives its session at most


class Turn(NamedTuple):
    """What a refresh token names."""

    session_id: str
    turn: int


class Tokens:
    """Signs and reads them."""

    def __init__(self, private_key: str, town: str, ring: KeyRing):
        self._key, self._town, self._ring = load_pem_private_key(private_key.encode(), None), town, ring

    def access(self, member_id: str, grant: Grant, session_id: str, now: dt.datetime) -> str:
        """EdDSA JWT; `sub`, `role`, `town`, `exp`, and `post`, `sid`, perhaps `area`."""
        claims: dict[str, Any] = {"sub": member_id, "role": grant.role, "post": grant.post, "sid": session_id}
        claims |= {"town": self._town, "iat": now, "exp": now + GOOD_FOR} | ({"area": grant.area} if grant.area else {})
        return jwt.encode(claims, self._key, algorithm="EdDSA")  # type: ignore[arg-type]

    def refresh(self, session_id: str, turn: int) -> str:
        """`<session>.<turn>.<proof>`: proven by the ring, so that nothing of it needs to be kept."""
        return f"{session_id}.{turn}.{self._proof(session_id, turn)}"

    def read_refresh(self, token: str) -> Turn | None:
        """What it names; None when it is none of ours."""
        session_id, _, rest = token.partition(".")
        turn, _, proof = rest.partition(".")
        try:
            named = Turn(str(uuid.UUID(session_id)), int(turn))
        except ValueError:
            return None
        known = secrets.compare_digest(self.refresh(*named).encode(), token.encode())
        return named if known and proof else None

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set (RFC 8037), for whoever verifies tokens elsewhere."""
        assert isinstance(self._key, Ed25519PrivateKey)
        key = json.loads(OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [key | {"use": "sig", "alg": "EdDSA", "kid": "town"}]}

    def _proof(self, session_id: str, turn: int) -> str:
        return self._ring.blind(f"{session_id}/{turn}", "refresh")
