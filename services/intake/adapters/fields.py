"""Fields that the platforms' messages have in common."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from services.intake.messages.outside import Strict, text_field

CHINA = ZoneInfo("Asia/Shanghai")
_HELP = "Write 2026-11-23 08:58:12 (China time), RFC 3339 with an offset, or milliseconds since 1970."


class LocalTime(fields.Field):
    """`2026-11-23 08:58:12` as platforms in China write it, RFC 3339, or Unix milliseconds; gives UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        try:
            if isinstance(value, int) and not isinstance(value, bool):
                return dt.datetime.fromtimestamp(value / 1000, dt.UTC)
            read = dt.datetime.fromisoformat(value)
            return (read if read.tzinfo else read.replace(tzinfo=CHINA)).astimezone(dt.UTC)
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise ValidationError(f"Not a time. {_HELP}") from error


class File(Strict):
    """A picture, video or document: the name that people see, and the reference under which its bytes are kept."""

    name = text_field(200, load_default="")
    ref = text_field(300, required=True)


def required(longest: int) -> fields.String:
    return text_field(longest, required=True)


def optional(longest: int) -> fields.String:
    return text_field(longest, load_default="")


def digits(count: int, **kwargs: Any) -> fields.String:
    """A code of so many digits."""
    return fields.String(validate=validate.Regexp(rf"^[0-9]{{{count}}}\Z", error=f"Not {count} digits."), **kwargs)


def moment() -> LocalTime:
    return LocalTime(load_default=None)


def yes_or_no() -> fields.Boolean:
    return fields.Boolean(load_default=False)


def degrees(most: int) -> fields.Float:
    """A longitude (180) or latitude (90); many platforms send it as a text."""
    return fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-most, most))


def files() -> fields.List:
    return fields.List(fields.Nested(File), load_default=list, validate=validate.Length(max=20))


def refs(attached: list[dict[str, Any]]) -> list[str]:
    return [file["ref"] for file in attached]
