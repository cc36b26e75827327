"""Who is the same person: whoever has the same telephone number. And what a household register must say of people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from services.intake.domain.opening import NewCase

REGION = "CN"
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_GAP = r"[\s.·_/\-]{0,3}"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def e164(phone: str) -> str | None:
    """A number as the whole world writes it, +8613812345678; None for what cannot be a number."""
    phone = phone.strip()
    if _MOBILE.fullmatch(phone):  # nearly all are: the library takes a hundred times as long
        return f"+86{phone}"
    try:
        number = phonenumbers.parse(phone, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def texted(reporter: Mapping[str, Any]) -> str | None:
    """The number at which a reporter gets a text message, as the whole world writes it; None for a fixed line, for no
    number, and for those who want to stay anonymous."""
    number = None if reporter.get("anonymous") else e164(reporter.get("phone") or "")
    if number is None:
        return None
    national = number.removeprefix("+86")
    return number if national == number or _MOBILE.fullmatch(national) else None


def names(text: str, number: str) -> bool:
    """Whether a text names this number (digits only), in groups or whole, in full width or escaped."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).translate(_HALF_WIDTH)
    return re.search(_GAP.join(number), text) is not None


def told(new: NewCase) -> dict[str, Any] | None:
    """What a report tells about its reporter, and its text where numbers had to be masked; None when there is nothing
    personal in it. Of those who want to stay anonymous nothing but that is kept."""
    report = new.report
    reporter = {"anonymous": True} if report.reporter.get("anonymous") else report.reporter
    named = any(reporter.get(name) for name in ("name", "phone"))
    masked = new.description != (report.description.strip() or new.description) or (
        bool(report.title.strip()) and new.title != report.title.strip()
    )
    if not (named or masked):
        return None
    return {"reporter": reporter, "title": report.title, "description": report.description}
