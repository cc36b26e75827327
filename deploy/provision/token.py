"""Sign a short token for the HTTP side with the town's private key. 签发短期访问令牌."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import jwt

from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets

ROLES = ("source", "member", "desk", "leader", "subscriber")


def sign(secrets: Secrets, town: str, role: str, name: str, minutes: float = 60, area: str | None = None) -> str:
    """An EdDSA JWT that says who asks; only who can read the town's private key can make one. With an `area`, the
    rights of a leader end there; without, they are good for the whole town."""
    now = int(time.time())
    claims = {"sub": name, "role": role, "town": town, "iat": now, "exp": now + int(minutes * 60)}
    claims |= {"area": area} if area else {}
    return jwt.encode(claims, secrets.read("admin", "token_private_key"), algorithm="EdDSA")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.provision.token", description=__doc__)
    parser.add_argument("--town", required=True)
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument(
        "--name",
        required=True,
        help="who asks: a source, a member, a person at the desk, an outside system that has subscribed",
    )
    parser.add_argument("--minutes", type=float, default=60, help="how long it is valid (60)")
    parser.add_argument("--area", help="the grid_id of the area that a leader's rights end at; none: the whole town")
    parser.add_argument("--secrets", type=Path, required=True, help="the town's secrets folder")
    arguments = parser.parse_args()
    try:
        kept, role, name = Secrets(arguments.secrets), arguments.role, arguments.name
        print(sign(kept, arguments.town, role, name, arguments.minutes, arguments.area))
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
