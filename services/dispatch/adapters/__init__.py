"""Chat platforms where members have signed in already: one file per platform, the same two steps in each."""

from __future__ import annotations

from collections.abc import Sequence

from services.dispatch.adapters import dingtalk, wecom
from services.dispatch.adapters.provider import Provider
from services.dispatch.config import ProviderSettings

__all__ = ["KINDS", "Provider", "providers_of"]

KINDS = {"dingtalk": dingtalk.DingTalk, "wecom": wecom.WeCom}


def providers_of(settings: Sequence[ProviderSettings]) -> dict[str, Provider]:
    """Those that the town has an application at."""
    return {one.name: KINDS[one.name](one) for one in settings}
