"""What people have written, made harmless for the channel on which it is shown: on one line, without links that others
made, without markup and mentions. Chat platforms know no escape that all of them honour, so what they would make
something of is written in full width: it reads the same, and is nothing but a letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from shared.masking import mask

Hand = Callable[[str], str]
Size = Callable[[str], int]

ELLIPSIS = "…"
LONGEST, HALF_A_NUMBER = 2_000, 40  # characters
_UNSEEN = re.compile(  # controls, joiners, marks of direction and what else has no letter of its own
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SCHEME = re.compile(r"(?i)(?<=[a-z0-9])[:：](?=[/／\\])")
_SLASHES = re.compile(r"//+|^/")  # a colon may stand before it in the template
_DOMAIN = re.compile(r"(?<=[^\W_])[.．｡](?=[^\W\d_]{2})|(?<=\d)[.．｡](?=\d{1,3}[.．｡]\d)")
_OF_CHAT = str.maketrans("<>@", "＜＞＠")
_OF_MARKDOWN = str.maketrans("\\`*_~[]#|&", "＼｀＊＿～［］＃｜＆")
_BEGINS = re.compile(r"^([-+=:]|\d+[.)])")
_WIDE = str.maketrans("-+=:.)", "－＋＝：．）")
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|[a-z]+://\S+")
_STOPS = " ,.;:!?)，。；：！？）、\n"


def exact(text: str) -> str:
    """As it is: for the member's own queue, whose clients show text as text."""
    return text


def line(text: str) -> str:
    """On one line, numbers of persons masked, nothing that a telephone makes a link of; no more than any channel shows
    of one fact."""
    shown = mask(" ".join(_UNSEEN.sub(" ", text[:LONGEST]).split()))
    if len(text) > LONGEST:
        shown = shown[:-HALF_A_NUMBER] + ELLIPSIS  # what was cut through is no number of a person any more
    shown = _SLASHES.sub(lambda found: "／" * len(found[0]), _SCHEME.sub("∶", shown))
    return _DOMAIN.sub("·", shown)


def chat(text: str) -> str:
    """The same, and no mention and no tag of a chat platform."""
    return line(text).translate(_OF_CHAT)


def markdown(text: str) -> str:
    """The same, and nothing of Markdown."""
    return _BEGINS.sub(lambda found: found[0].translate(_WIDE), chat(text).translate(_OF_MARKDOWN))


def shortened(text: str, most: int, size: Size = len) -> str:
    """At most so long, with … where it was cut: behind a word if one ends near there, never in a link."""
    if size(text) <= most:
        return text
    at = min(len(text), most)
    while at and size(text[:at]) > most - size(ELLIPSIS):
        at -= 1
    at = next((link.start() for link in _LINK.finditer(text) if link.start() < at < link.end()), at)
    stop = max(text.rfind(one, 0, at) for one in _STOPS)
    if stop > at * 2 // 3:
        at = stop + 1
    return text[:at].rstrip(_STOPS) + ELLIPSIS if most >= size(ELLIPSIS) else ""


def in_bytes(text: str) -> int:
    return len(text.encode(errors="replace"))
