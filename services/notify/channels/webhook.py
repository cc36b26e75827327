"""Webhooks of sources and subscribers, signed as https://www.standardwebhooks.com says. The id stays the same when one
is sent again, so the receiver knows it again."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import orjson

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.web import Answer as Got
from services.notify.channels.web import Forbidden, Networks, NoAnswer, NotSent, Web, means
from services.notify.domain.outcomes import Delivered, Outcome, Refused
from shared.http.webhooks import sign


class Answer(NamedTuple):
    """Status 0: there was no answer, `text` says why. `retry_after` in seconds, as the receiver asks."""

    status: int
    text: str
    retry_after: float = 0.0


class Webhook:
    """To a subscriber. A new secret signs beside the old one until the subscriber has it."""

    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        words = delivery.words
        said = {"id": delivery.id, "level": delivery.level, "title": words.title, "text": words.text, "url": words.url}
        body, now = words.data.encode() or orjson.dumps(said), dt.datetime.now(dt.UTC)
        try:
            headers = sign(list(account.secrets.values()), delivery.id, now, body)
        except ValueError:
            return Refused("the secret is none of Standard Webhooks: whsec_ and base64", account=True)
        headers |= {"Content-Type": "application/json"}
        answer = self._web.outcome_of("POST", account.settings["url"], headers, body)
        if not isinstance(answer, Got):
            return answer
        return Delivered() if 200 <= answer.status < 300 else means(answer)


def post(url: str, headers: dict[str, str], body: bytes, listed: Networks) -> Answer:
    """What the receiver of feedback answers; never raises."""
    try:
        got = Web(listed).call("POST", url, headers, body)
    except (Forbidden, NotSent, NoAnswer) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:300])
    return Answer(got.status, got.text, got.retry_after)
