"""Dispatch's settings. The service holds no key ring: phones come into its tables already sealed (admin.py)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.settings import Settings, read


def load(environment: Mapping[str, str]) -> Settings:
    return read("dispatch", environment)
