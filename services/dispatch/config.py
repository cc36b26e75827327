"""Dispatch's settings. The service holds no key ring of personal data: what it takes in of members it seals, and
cannot open again. It alone holds what signs members in.

SEALING_KEY                           seals phones and chat ids (shared/sealing.py, SealingKey)
TOKEN_PRIVATE_KEY                     PEM of the Ed25519 key that signs tokens
ACCESS_RING                           a key ring (shared/sealing.py) of its own, for refresh tokens and one-time codes
DINGTALK_APP, DINGTALK_KEY            AppKey and AppSecret of the town's application at DingTalk, if it has one
WECOM_APP, WECOM_KEY                  CorpID and Secret, likewise
DINGTALK_URL, WECOM_URL               their interfaces, where they are not the public ones (exclusive DingTalk, a relay)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from shared.settings import Environment, Settings, read

INTERFACES = {"dingtalk": "https://oapi.dingtalk.com", "wecom": "https://qyapi.weixin.qq.com"}


class ProviderSettings(NamedTuple):
    """The town's application at a chat platform."""

    name: str
    url: str
    app: str
    secret: str


@dataclass(frozen=True)
class DispatchSettings(Settings):
    """The settings of one process of dispatch."""

    sealing_key: str
    token_private_key: str
    access_ring: str
    providers: tuple[ProviderSettings, ...]


def load(environment: Mapping[str, str]) -> DispatchSettings:
    env = Environment(environment)
    return DispatchSettings(
        **vars(read("dispatch", environment)),
        sealing_key=env.get("SEALING_KEY"),
        token_private_key=env.get("TOKEN_PRIVATE_KEY"),
        access_ring=env.get("ACCESS_RING"),
        providers=tuple(
            _provider(name, url, env) for name, url in INTERFACES.items() if env.get(f"{name.upper()}_APP", "")
        ),
    )


def _provider(name: str, url: str, env: Environment) -> ProviderSettings:
    prefix = name.upper()
    url = env.get(f"{prefix}_URL", url).rstrip("/")
    return ProviderSettings(name, url, env.get(f"{prefix}_APP"), env.get(f"{prefix}_KEY"))
