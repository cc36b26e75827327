"""The kinds of channel accounts: what each has to be told, and what its provider allows.

The limits are what the providers publish; `limits` of an account replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from services.notify.domain.buckets import ACCOUNT, TARGET, TEXT, Limit, default_burst

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Room(NamedTuple):
    """How much a channel shows of a title, of a text and of Markdown (0: it shows none), in bytes of UTF-8 or in
    characters. `together`: title, text and link are one message, for which `text` is the room."""

    title: int
    text: int
    markdown: int = 0
    in_bytes: bool = False
    together: bool = False


_SOME_ROOM = Room(200, 4_000)


@dataclass(frozen=True)
class Kind:
    """`settings` and `secrets`: name → whether it must be given. `repeatable`: sent twice, it has one effect, because
    the receiver knows it again. `targeted`: it needs to know whom to reach. `chat`: it makes mentions and links of what
    stands in a text."""

    settings: Mapping[str, bool]
    secrets: Mapping[str, bool]
    defaults: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    repeatable: bool = False
    targeted: bool = False
    at_once: int = 4
    room: Room = _SOME_ROOM
    chat: bool = False


def limit(count: int, seconds: float, per: str = ACCOUNT, reserve: int = 0) -> Limit:
    return Limit(count, seconds, default_burst(count), per, reserve)


_ROBOT = (limit(20, MINUTE, reserve=2),)  # a DingTalk robot above it is blocked for about ten minutes
_SMS = (limit(1, MINUTE, TARGET), limit(5, HOUR, TARGET), limit(10, DAY, TARGET))  # of a number
_SMS_ROOM = Room(60, 60)  # characters of a place of the approved template; operators cut what is longer

KINDS = {
    "dingtalk_robot": Kind(
        {"url": False},
        {"access_token": True, "secret": True},
        {"url": "https://oapi.dingtalk.com"},
        _ROBOT,
        room=Room(200, 18_000, 18_000, in_bytes=True, together=True),
        chat=True,
    ),
    "dingtalk_work": Kind(
        {"url": False, "agent_id": True},
        {"app_key": True, "app_secret": True},
        {"url": "https://oapi.dingtalk.com"},
        (limit(500, DAY, TARGET), limit(1, DAY, TEXT)),  # above them it answers success, and delivers nothing
        targeted=True,
        room=Room(200, 1_800, 1_800, in_bytes=True, together=True),
        chat=True,
    ),
    "wecom_robot": Kind(
        {"url": False},
        {"key": True},
        {"url": "https://qyapi.weixin.qq.com"},
        _ROBOT,
        room=Room(200, 2_048, 4_096, in_bytes=True, together=True),
        chat=True,
    ),
    "wecom_app": Kind(
        {"url": False, "corp_id": True, "agent_id": True},
        {"secret": True},
        {"url": "https://qyapi.weixin.qq.com"},
        (limit(30, MINUTE, TARGET),),  # the rest is dropped without a word
        repeatable=True,  # enable_duplicate_check
        targeted=True,
        room=Room(200, 2_048, 2_048, in_bytes=True, together=True),
        chat=True,
    ),
    "sms_aliyun": Kind(
        {"url": False, "sign_name": True, "template_code": True, "template": False},
        {"access_key_id": True, "access_key_secret": True},
        {"url": "https://dysmsapi.aliyuncs.com", "template": "title={title},text={text}"},
        _SMS,
        targeted=True,
        room=_SMS_ROOM,
    ),
    "sms_tencent": Kind(
        {"url": False, "region": False, "app_id": True, "sign_name": True, "template_id": True, "template": False},
        {"secret_id": True, "secret_key": True},
        {"url": "https://sms.tencentcloudapi.com", "region": "ap-guangzhou", "template": "{title},{text}"},
        _SMS,
        targeted=True,
        room=_SMS_ROOM,
    ),
    "email": Kind(
        {"host": True, "port": False, "security": False, "sender": True, "user": False},
        {"password": False},
        {"port": "587", "security": "starttls", "user": ""},
        (limit(60, MINUTE),),
        targeted=True,
    ),
    "webhook": Kind({"url": True}, {"secret": True, "next_secret": False}, repeatable=True, at_once=8),
    "apprise": Kind({}, {"url": True}, limits=(limit(10, MINUTE),), at_once=1, room=Room(200, 1_000), chat=True),
}


def provider_of(channel: str, account_id: str, settings: Mapping[str, str]) -> str:
    """Who is down when it is down: the host and port that an account calls; each of apprise's accounts by itself."""
    if "url" in settings:
        return urlsplit(settings["url"]).netloc
    return f"{settings['host']}:{settings['port']}" if "host" in settings else f"{channel}:{account_id}"
