"""SMS by Aliyun 阿里云, without its SDK: requests signed with ACS3-HMAC-SHA256, receipts by QuerySendDetails.

https://help.aliyun.com/document_detail/419273.html, https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.sms import canonical, mac, place, sha256
from services.notify.channels.web import THROTTLED, Web
from services.notify.domain.outcomes import ACCOUNT, TARGET, Delivered, Outcome, Refused, TryLater
from services.notify.domain.town_time import TOWN_TIME

VERSION, ALGORITHM = "2017-05-25", "ACS3-HMAC-SHA256"
ALLOWED_AGAIN = (("分钟", 60.0), ("小时", 3600.0), ("天", 86400.0))  # what of a number's limit has been reached
BUSY = ("isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_TIMEOUT", "InternalError", "ServiceUnavailable")
OF_THE_NUMBER = (
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.INVALID_PARAMETERS",
)
SENT, LOST = 3, 2  # SendStatus; 1: not known yet


class AliyunSms:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        settings = account.settings
        query = {
            "PhoneNumbers": delivery.target.removeprefix("+86").removeprefix("+"),
            "SignName": settings["sign_name"],
            "TemplateCode": settings["template_code"],
            "TemplateParam": json.dumps(parameters(settings["template"], delivery), ensure_ascii=False),
            "OutId": delivery.id,
        }
        answer = self._call(account, "SendSms", query)
        if not isinstance(answer, dict):
            return answer
        day = dt.datetime.now(TOWN_TIME).strftime("%Y%m%d")
        return Delivered(f"{day}/{answer.get('BizId')}") if answer.get("Code") == "OK" else _failed(answer)

    def receipt(self, receipt: str, delivery: Delivery, account: Account) -> Outcome:
        day, _, biz_id = receipt.partition("/")
        query = {"PhoneNumber": delivery.target.removeprefix("+86").removeprefix("+"), "BizId": biz_id}
        query |= {"SendDate": day, "PageSize": "10", "CurrentPage": "1"}
        answer = self._call(account, "QuerySendDetails", query)
        listed = answer.get("SmsSendDetailDTOs") if isinstance(answer, dict) else None
        found = listed.get("SmsSendDetailDTO") if isinstance(listed, dict) else None
        details = [detail for detail in found or [] if isinstance(detail, dict)]
        if any(detail.get("SendStatus") == SENT for detail in details):
            return Delivered()
        lost = [detail for detail in details if detail.get("SendStatus") == LOST]
        if lost:
            return Refused(f"the operator could not deliver it: {lost[0].get('ErrCode')}")
        return TryLater(0.0, "Aliyun does not know yet what became of it")

    def _call(self, account: Account, action: str, query: dict[str, str]) -> Any:
        url = account.settings["url"]
        text = canonical_query(query)
        now, nonce = dt.datetime.now(dt.UTC), uuid.uuid4().hex
        headers = signed(urlsplit(url).netloc, action, VERSION, text, now, nonce, account.secrets)
        return self._web.ask(f"{url}/?{text}", {}, b"", headers, error="Code")


def parameters(template: str, delivery: Delivery) -> dict[str, str]:
    """`name=…,name=…` of an account, with what stands in each place of the approved template."""
    pairs = (part.partition("=") for part in template.split(","))
    return {name.strip(): place(value, delivery.words) for name, _, value in pairs}


def canonical_query(query: Mapping[str, str]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))


def signed(
    host: str, action: str, version: str, query: str, at: dt.datetime, nonce: str, secrets: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a request without a body."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": sha256(b""),
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    request, names = canonical("POST", query, headers, b"")
    signature = mac(secrets["access_key_secret"].encode(), f"{ALGORITHM}\n{sha256(request.encode())}").hex()
    proof = f"Credential={secrets['access_key_id']},SignedHeaders={names},Signature={signature}"
    return headers | {"Authorization": f"{ALGORITHM} {proof}"}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _failed(answer: dict[str, Any]) -> Outcome:
    code, message = str(answer.get("Code")), str(answer.get("Message"))
    why = f"{code}: {re.sub(r'[0-9]{11}', '***', message)}"
    if code == "isv.BUSINESS_LIMIT_CONTROL":  # of this number: it says which limit, the account may send to others
        return TryLater(next((wait for word, wait in ALLOWED_AGAIN if word in message), THROTTLED), why, of=TARGET)
    if code.startswith("Throttling"):
        return TryLater(THROTTLED, why, of=ACCOUNT)
    return TryLater(0.0, why) if code in BUSY else Refused(why, account=code not in OF_THE_NUMBER)
