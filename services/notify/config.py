"""Notify's settings; it holds the key ring, because only it opens members' contact data in order to reach them."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("notify", environment, sealed=True)
