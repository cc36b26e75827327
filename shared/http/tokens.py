"""Tokens are verified, never signed, here: EdDSA JWT with `sub`, `role`, `town`, `exp`."""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from shared.http.problems import Unauthorized


@dataclass(frozen=True)
class Caller:
    """Who asks: a member, a desk, a source."""

    name: str
    role: str


def verify(header: str | None, public_key: str, town: str) -> Caller:
    """The caller of an `Authorization: Bearer …` header. Raises Unauthorized."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("send a token: Authorization: Bearer … (make token ROLE=… NAME=…)")
    try:
        claims = jwt.decode(
            token.strip(), public_key, algorithms=["EdDSA"], options={"require": ["exp", "sub", "role", "town"]}
        )
    except jwt.InvalidTokenError as error:
        raise Unauthorized(f"the token is not valid: {error}") from error
    if claims["town"] != town:
        raise Unauthorized(f"the token is for the town {claims['town']!r}, not for this one")
    return Caller(str(claims["sub"]), str(claims["role"]))
