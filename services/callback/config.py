"""Callback's settings. It holds no key ring: intake shows contacts to whoever asks a reporter (decision 7)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("callback", environment)
