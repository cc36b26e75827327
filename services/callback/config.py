"""Callback's settings; it holds the key ring, because whoever asks a reporter needs the contact."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("callback", environment, sealed=True)
