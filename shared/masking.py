"""Numbers of persons in free text are masked before the text is stored openly or said: the same in every service."""

from __future__ import annotations

import re
from collections.abc import Callable

# what people write for a digit or a hyphen, one character for one: full width, and Chinese numerals
_PLAIN = str.maketrans(
    "０１２３４５６７８９〇零一幺二三四五六七八九＋－–—Ｘｘ＠\u3000",
    "0123456789001123456789+---XX@ ",
)
_GAP = r"[ \-]?"  # between any two digits
_BREAK = r"[\s.·_/\-]{0,3}"  # between groups of them
_DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

Show = Callable[[re.Match[str]], str]

# Chinese identity card: 17 digits and a digit or X (GB 11643); until 1999 15 digits (a grid code has no such year)
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_IDENTITY_IN_GROUPS = re.compile(
    rf"(?<!\d)([1-8]\d{{5}}){_BREAK}(?:18|19|20)\d\d{_BREAK}{_DATE}{_BREAK}(\d{{3}}{_GAP}[\dXx])(?!\d)"
)
_IDENTITY_OLD = re.compile(rf"(?<!\d)([1-8]\d{{5}})[3-9]\d{_DATE}(\d{{3}})(?!\d)")
# mobile: 11 digits that begin with 1 and 3–9; with +86, 0086 or a 0 before it
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?0?(1{_GAP}[3-9]{_GAP}\d){_BREAK}\d{_GAP}\d{_GAP}\d{_GAP}\d"
    rf"{_BREAK}(\d{_GAP}\d{_GAP}\d{_GAP}\d)(?!\d)"
)
# fixed line: area code (010, 02x, 03xx–09xx) and seven or eight digits
_FIXED = re.compile(
    r"(?<!\d)((?:0|(?:\+|00)86[ \-]?0?)(?:10|2\d|[3-9]\d{2}))[\s\-)）]{0,2}[2-9]\d{2,3}[ \-]?(\d{4})(?!\d)"
)
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._+\-]*@([A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+)")

_FORMS: tuple[tuple[re.Pattern[str], Show], ...] = (
    (_IDENTITY, lambda m: f"{m[1]}********{m[2]}"),
    (_IDENTITY_IN_GROUPS, lambda m: f"{m[1]}********{m[2]}"),
    (_IDENTITY_OLD, lambda m: f"{m[1]}******{m[2]}"),
    (_MOBILE, lambda m: f"{_digits(m[1])}****{_digits(m[2])}"),
    (_FIXED, lambda m: f"{m[1]}***{m[2]}"),
    (_MAIL, lambda m: f"{m[1]}***@{m[2]}"),
)


def mask(text: str) -> str:
    """330102********1234, 138****1234, 0570***1234, z***@example.com; however the number was written."""
    plain = text.translate(_PLAIN)
    for form, show in _FORMS:
        text, plain = _replaced(text, plain, form, show)
    return text


def mask_name(name: str) -> str:
    """The family name alone: 张**."""
    return name[:1] + "*" * (len(name) - 1)


def _replaced(text: str, plain: str, form: re.Pattern[str], show: Show) -> tuple[str, str]:
    """What the form finds in `plain`, shown masked there and in `text`, which has a character for each of its."""
    end = 0
    texts, plains = [], []
    for found in form.finditer(plain):
        texts += [text[end : found.start()], show(found)]
        plains += [plain[end : found.start()], show(found)]
        end = found.end()
    return ("".join([*texts, text[end:]]), "".join([*plains, plain[end:]])) if texts else (text, plain)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
