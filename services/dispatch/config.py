"""Dispatch's settings. The service holds no key ring: what it takes in of members it seals, and cannot open again.

SEALING_KEY   better as the name of a file, with _FILE (shared/sealing.py, SealingKey)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import Environment, Settings, read


@dataclass(frozen=True)
class DispatchSettings(Settings):
    """The settings of one process of dispatch."""

    sealing_key: str


def load(environment: Mapping[str, str]) -> DispatchSettings:
    sealing_key = Environment(environment).get("SEALING_KEY")
    return DispatchSettings(**vars(read("dispatch", environment)), sealing_key=sealing_key)
