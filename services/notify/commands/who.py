"""Who gives a command."""

from __future__ import annotations

import getpass


def who() -> str:
    return f"admin {getpass.getuser()}"
