"""Callback's settings. It holds no key ring: intake shows contacts to whoever asks a reporter (decision 7).

LINK_KEYS    the keys of links that it makes (shared/http/links.py): {"media": …, "answers": …}; provisioning writes it
PUBLIC_URL   where reporters reach the edge of the town: https://wangge.example.cn
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import Environment, Settings, SettingsError, read


@dataclass(frozen=True)
class CallbackSettings(Settings):
    """The settings of one process of callback."""

    link_keys: str
    public_url: str  # without a slash at the end; empty for commands of administrators, which make no links


def load(environment: Mapping[str, str]) -> CallbackSettings:
    env = Environment(environment)
    url = env.get("PUBLIC_URL", "").rstrip("/")
    if url and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc):
        raise SettingsError(f"PUBLIC_URL={url!r} must be https://… or http://…, where reporters reach the town")
    return CallbackSettings(**vars(read("callback", environment)), link_keys=env.get("LINK_KEYS"), public_url=url)
