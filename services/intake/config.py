"""Intake's settings; it holds the key ring, because it seals what reporters tell about themselves."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("intake", environment, sealed=True)
