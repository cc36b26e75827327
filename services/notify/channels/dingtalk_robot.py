"""A robot in a DingTalk 钉钉 group. HTTP says 200 whatever happens: only errcode 0 is success.

https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages
"""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

from services.notify.channels.protocol import Account, Delivery, fitted, plain
from services.notify.channels.web import Web
from services.notify.domain.kinds import KINDS, Room
from services.notify.domain.outcomes import ACCOUNT, Delivered, Outcome, Refused, TryLater

BLOCKED = 600.0  # seconds that a robot is blocked for after more than 20 in a minute
THROTTLED, BUSY = (130101, 410100), (-1, 400002)
OF_THE_ROBOT = (310000, 300001, 400101, 400013, 40035, 300005)  # keyword, time, signature, address; token; switched off
ROOM = KINDS["dingtalk_robot"].room


class DingTalkRobot:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        query = {"access_token": account.secrets["access_token"]} | signed(account.secrets["secret"], time.time())
        answer = self._web.ask(f"{account.settings['url']}/robot/send", query, message_of(delivery, ROOM))
        return answer if not isinstance(answer, dict) else _outcome(answer)


def signed(secret: str, at: float) -> dict[str, str]:
    """timestamp (in milliseconds, good for an hour) and sign = base64(HMAC-SHA256(secret, "timestamp\\nsecret"))."""
    timestamp = str(round(at * 1000))
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def message_of(delivery: Delivery, room: Room) -> dict[str, Any]:
    """As Markdown where the words have it; as plain text otherwise, in which nothing can be smuggled."""
    words = delivery.words
    if words.markdown:
        shown = {"title": fitted(words.title, room.title), "text": fitted(words.markdown, room.markdown)}
        return {"msgtype": "markdown", "markdown": shown}
    return {"msgtype": "text", "text": {"content": fitted(plain(words), room.text)}}


def _outcome(answer: dict[str, Any]) -> Outcome:
    code = answer.get("errcode")
    why = f"error {code}: {answer.get('errmsg')}"
    if code == 0:
        return Delivered()
    if code in THROTTLED:
        return TryLater(BLOCKED, why, of=ACCOUNT)
    return TryLater(0.0, why) if code in BUSY else Refused(why, account=code in OF_THE_ROBOT)
