"""Sign a short token for the HTTP side with the town's private key. 签发短期访问令牌."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import jwt

from deploy.provision.names import ProvisionError
from deploy.provision.secrets import Secrets

ROLES = ("source", "member", "desk", "leader")


def sign(secrets: Secrets, town: str, role: str, name: str, minutes: float = 60) -> str:
    """An EdDSA JWT that says who asks; only who can read the town's private key can make one."""
    now = int(time.time())
    claims = {"sub": name, "role": role, "town": town, "iat": now, "exp": now + int(minutes * 60)}
    return jwt.encode(claims, secrets.read("admin", "token_private_key"), algorithm="EdDSA")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.provision.token", description=__doc__)
    parser.add_argument("--town", required=True)
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--name", required=True, help="who asks: a source, a member, a person at the desk")
    parser.add_argument("--minutes", type=float, default=60, help="how long it is valid (60)")
    parser.add_argument("--secrets", type=Path, required=True, help="the town's secrets folder")
    arguments = parser.parse_args()
    try:
        print(sign(Secrets(arguments.secrets), arguments.town, arguments.role, arguments.name, arguments.minutes))
    except ProvisionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
