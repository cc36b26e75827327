"""The board's settings."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("board", environment)
