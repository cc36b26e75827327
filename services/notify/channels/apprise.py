"""The long tail (ntfy, Telegram, 170 more) by Apprise, an optional extra: `pip install wangge[apprise]`.

It says success for errors of DingTalk, WeCom and Feishu, so these are refused here: they have channels of their own,
or none. It makes its own connections, so only an administrator's URL gets there, and no target from outside.
https://github.com/caronc/apprise/wiki
"""

from __future__ import annotations

import importlib
from types import ModuleType

from eventlet import Timeout

from services.notify.channels.protocol import Account, Delivery
from services.notify.channels.web import Web
from services.notify.domain.outcomes import Delivered, Outcome, Refused, Uncertain

LIARS = ("dingtalk", "wecombot", "feishu", "lark")
SLOW = 4  # times as long as others may take: it sleeps between what it sends


class Apprise:
    def __init__(self, web: Web):
        self._web = web

    def send(self, delivery: Delivery, account: Account) -> Outcome:
        url = account.secrets["url"]
        if url.partition("://")[0].strip().lower() in LIARS:
            return Refused("Apprise says success for this platform's errors: use our own channel for it", account=True)
        library = _library()
        if library is None:
            return Refused("Apprise is not installed: pip install wangge[apprise]", account=True)
        sender = library.Apprise()
        if not sender.add(url):
            return Refused("Apprise cannot read the URL of this account", account=True)
        words = delivery.words
        body = "\n".join(part for part in (words.text, words.url) if part)
        try:
            with Timeout(self._web.patience * SLOW):
                taken = sender.notify(title=words.title, body=body, body_format="text")
        except Timeout:
            return Uncertain("Apprise has not come to an end")
        except Exception as error:  # the library's plugins raise what they like
            return Uncertain(f"Apprise: {type(error).__name__}")
        return Delivered() if taken else Uncertain("Apprise says that it failed, and not how")


def _library() -> ModuleType | None:
    try:
        return importlib.import_module("apprise")
    except ImportError:
        return None
