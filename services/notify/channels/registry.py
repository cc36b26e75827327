"""Every channel by its name, as domain/kinds.py has it."""

from __future__ import annotations

from services.notify.channels.apprise import Apprise
from services.notify.channels.dingtalk_robot import DingTalkRobot
from services.notify.channels.dingtalk_work import DingTalkWork
from services.notify.channels.email import Email
from services.notify.channels.protocol import AsksForReceipts, Channel
from services.notify.channels.sms_aliyun import AliyunSms
from services.notify.channels.sms_tencent import TencentSms
from services.notify.channels.web import Web
from services.notify.channels.webhook import Webhook
from services.notify.channels.wecom_app import WeComApp
from services.notify.channels.wecom_robot import WeComRobot

KINDS: dict[str, type[Channel]] = {
    "dingtalk_robot": DingTalkRobot,
    "dingtalk_work": DingTalkWork,
    "wecom_robot": WeComRobot,
    "wecom_app": WeComApp,
    "sms_aliyun": AliyunSms,
    "sms_tencent": TencentSms,
    "email": Email,
    "webhook": Webhook,
    "apprise": Apprise,
}
RECEIPTS = sorted(name for name, kind in KINDS.items() if issubclass(kind, AsksForReceipts))


def channels(web: Web) -> dict[str, Channel]:
    """One of each, for a process: they keep access tokens."""
    return {name: kind(web) for name, kind in KINDS.items()}  # type: ignore[call-arg]
