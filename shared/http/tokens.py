"""Tokens are verified, never signed, here: EdDSA JWT; `sub`, `role`, `town`, `exp`, at times `area`, `post`, `sid`."""

from __future__ import annotations

from dataclasses import dataclass, field

import jwt

from shared.http.problems import Unauthorized


@dataclass(frozen=True)
class Caller:
    """Who asks: a member, a desk, a source.

    `area`: where the caller's rights end; None when they end at no area. `post`: what the caller is in the town, finer
    than the role. `session`: that of a signed-in member, which the token came from. `until`: when the token is over, in
    seconds since 1970.
    """

    name: str
    role: str
    area: str | None = None
    post: str | None = None
    session: str | None = None
    until: float = field(default=float("inf"), compare=False)


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
    area, post, session = (str(claims[name]) if claims.get(name) else None for name in ("area", "post", "sid"))
    return Caller(str(claims["sub"]), str(claims["role"]), area, post, session, float(claims["exp"]))
