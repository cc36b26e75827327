"""A message of our WeCom 企业微信 application to one person. The platform drops the same message within four hours
(enable_duplicate_check), so one that may have arrived can be sent again.

https://developer.work.weixin.qq.com/document/path/90236
"""

from __future__ import annotations

from typing import Any

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.tokens import Tokens
from services.notify.channels.web import Web
from services.notify.channels.wecom_robot import failed, message_of
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import Delivered, Outcome, Refused

STALE = (40014, 42001)
OF_THE_APPLICATION = (*STALE, 40001, 40013, 40056, 60020, 301002)
ROOM = KINDS["wecom_app"].room
SAME_WITHIN = 4 * 3600  # seconds: the most that the platform allows


class WeComApp:
    def __init__(self, web: Web):
        self._web = web
        self.tokens = Tokens(STALE)

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        agent = account.settings["agent_id"]
        body: dict[str, Any] = message_of(delivery, ROOM) | {
            "touser": delivery.target,
            "agentid": int(agent) if agent.isdigit() else agent,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_WITHIN,
        }
        base = account.settings["url"]
        query = {"corpid": account.settings["corp_id"], "corpsecret": account.secrets["secret"]}
        answer = self.tokens.call(
            account,
            lambda: self._web.ask(f"{base}/cgi-bin/gettoken", query),
            lambda token: self._web.ask(f"{base}/cgi-bin/message/send", {"access_token": token}, body),
        )
        if not isinstance(answer, dict):
            return answer
        if answer.get("errcode") != 0:
            return failed(answer, OF_THE_APPLICATION)
        unknown = [
            name for field in ("invaliduser", "unlicenseduser") for name in str(answer.get(field, "")).split("|")
        ]
        if delivery.target in unknown:
            return Refused("WeCom does not know this person, or the application may not reach them")
        return Delivered()
