"""A robot in a WeCom 企业微信 group: 20 a minute, above them errcode 45009.

https://developer.work.weixin.qq.com/document/path/91770
"""

from __future__ import annotations

from typing import Any

from services.notify.channels.protocol import Account, Delivery, fitted, plain
from services.notify.channels.web import THROTTLED, Web
from services.notify.domain.kinds import KINDS, Room
from services.notify.domain.outcomes import ACCOUNT, Delivered, Outcome, Refused, TryLater

TOO_MANY, BUSY = (45009, 45033), (-1,)
OF_THE_ROBOT = (93000, 40001, 40014)
ROOM = KINDS["wecom_robot"].room


class WeComRobot:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        url = f"{account.settings['url']}/cgi-bin/webhook/send"
        answer = self._web.ask(url, {"key": account.secrets["key"]}, message_of(delivery, ROOM))
        if not isinstance(answer, dict):
            return answer
        return Delivered() if answer.get("errcode") == 0 else failed(answer, OF_THE_ROBOT)


def message_of(delivery: Delivery, room: Room) -> dict[str, Any]:
    """As Markdown where the words have it; as plain text otherwise."""
    words = delivery.words
    if words.markdown:
        return {"msgtype": "markdown", "markdown": {"content": fitted(words.markdown, room.markdown)}}
    return {"msgtype": "text", "text": {"content": fitted(plain(words), room.text)}}


def failed(answer: dict[str, Any], of_the_account: tuple[int, ...]) -> Outcome:
    """What an error code other than 0 means."""
    code = answer.get("errcode")
    why = f"error {code}: {answer.get('errmsg')}"
    if code in TOO_MANY:
        return TryLater(THROTTLED, why, of=ACCOUNT)
    return TryLater(0.0, why) if code in BUSY else Refused(why, account=code in of_the_account)
