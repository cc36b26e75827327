"""What the SMS providers have in common: signed requests, templates, numbers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from services.notify.domain.deliveries import Words
from services.notify.domain.kinds import KINDS

MOST_OF_A_PLACE = KINDS["sms_aliyun"].room.text  # characters: what a template's place takes


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def canonical(method: str, query: str, headers: Mapping[str, str], payload: bytes) -> tuple[str, str]:
    """The canonical request that both providers sign, and the names of the headers that it holds; path `/`."""
    low = {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(low))
    lines = "".join(f"{name}:{low[name]}\n" for name in sorted(low))
    return "\n".join([method, "/", query, lines, names, sha256(payload)]), names


def place(template: str, words: Words) -> str:
    """What stands in one place of an approved template: `{title}`, `{text}`, `{url}`, `{code}` (the last part of the
    URL, for templates that have the rest of it in their own text), or a text of the account's. No link is cut."""
    values = {"title": words.title, "text": words.text, "url": words.url, "code": words.url.rpartition("/")[2]}
    filled = template
    for name, value in values.items():
        filled = filled.replace(f"{{{name}}}", " ".join(value.split()))
    return filled if "{url}" in template else filled[:MOST_OF_A_PLACE]


def international(number: str) -> str:
    """A number with its country; without one it is Chinese."""
    return number if number.startswith("+") else f"+86{number}"
