"""What may be entered about areas and members: a row of a table, the properties of a GeoJSON feature, or a JSON object.

Each field may be missing, and then stays as it is; an empty cell empties what may be empty. Chinese headings and words
are understood beside the English ones (deploy/towns/format.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, pre_load, validate

from services.dispatch.domain.areas import LEVELS, area_of
from services.dispatch.domain.words import DEPARTMENTS

ROLES = ("worker", "leader", "guide", "desk", "checker", *DEPARTMENTS)
CHATS = ("dingtalk", "wecom")
HEADINGS = {
    "网格编号": "grid_id",
    "编码": "code",
    "名称": "name",
    "层级": "level",
    "上级": "parent_id",
    "户数": "households",
    "人员编号": "member_id",
    "姓名": "name",
    "角色": "role",
    "电话": "phone",
    "语言": "language",
    "在岗": "on_duty",
    "在册": "active",
    "专长": "skills",
    "钉钉": "dingtalk",
    "企业微信": "wecom",
}
WORDS = {
    "level": {
        "镇": "township",
        "乡镇": "township",
        "村": "village",
        "社区": "village",
        "网格": "grid",
        "微网格": "micro_grid",
    },
    "role": {
        "网格员": "worker",
        "网格长": "leader",
        "指导员": "guide",
        "坐席": "desk",
        "核查员": "checker",
        "综治": "public_safety",
        "市场监管": "market_supervision",
        "综合执法": "enforcement",
        "便民服务": "public_service",
    },
    "language": {"中文": "zh", "英文": "en"},
}
SKILL = re.compile(r"^A?\d\d(\d\d)?$")
_TRUTHY, _FALSY = {True, "true", "TRUE", "True", "是", "1"}, {False, "false", "FALSE", "False", "否", "0"}
_NAME = validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,38}\Z", error="is not 2 to 39 of a–z, 0–9 and -, the first no -")
_PHONE = validate.Regexp(r"^\+?\d[\d -]{4,24}\Z", error="is no telephone number: digits, blanks and - only")


def _sound(value: str) -> None:
    if "\0" in value:
        raise ValidationError("must not hold a NUL character")


def _text(longest: int, *checks: Any, **kwargs: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, longest), _sound, *checks], **kwargs)


def _one_of(choices: tuple[str, ...]) -> fields.String:
    return fields.String(validate=validate.OneOf(choices, error="is none of {choices}"))


class _Entry(Schema):
    """`EMPTIED` are the fields that an empty cell empties."""

    EMPTIED: tuple[str, ...] = ()

    class Meta:
        unknown = RAISE

    @pre_load
    def _in_english(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        named = {HEADINGS.get(name, name): value for name, value in data.items()}
        return {
            name: None
            if value == "" and name in self.EMPTIED
            else WORDS.get(name, {}).get(value, value)
            if isinstance(value, str)
            else value
            for name, value in named.items()
        }


class AreaEntry(_Entry):
    """With a geometry comes its area, in square metres."""

    EMPTIED = ("parent_id", "households")
    grid_id = _text(60, required=True)
    code = _text(60)
    name = _text(100)
    level = _one_of(LEVELS)
    parent_id = _text(60, allow_none=True)
    households = fields.Integer(validate=validate.Range(0, 10_000_000), allow_none=True)
    geometry = fields.Raw(allow_none=True)

    @post_load
    def _measured(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "geometry" not in data:
            return data
        try:
            return data | {"area": area_of(data["geometry"])}
        except ValueError as error:
            raise ValidationError(str(error), "geometry") from error


class _Skills(fields.Field):
    """A list of codes, or one text with | between them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        parts = value if isinstance(value, list) else str(value or "").split("|")
        codes = sorted({str(part).strip() for part in parts} - {""})
        if wrong := [code[:20] for code in codes if not SKILL.match(code)]:
            raise ValidationError(f"{', '.join(wrong)}: is no code of a category (0101) or of a class (01)")
        return codes


class MemberEntry(_Entry):
    """Phone and chat ids as people write them: whoever stores them seals them first."""

    EMPTIED = ("phone", "skills", *CHATS)
    member_id = fields.String(required=True, validate=_NAME)
    name = _text(100)
    role = _one_of(ROLES)
    grid_id = _text(60)
    phone = fields.String(validate=_PHONE, allow_none=True)
    language = _one_of(("zh", "en"))
    on_duty = fields.Boolean(truthy=_TRUTHY, falsy=_FALSY)
    active = fields.Boolean(truthy=_TRUTHY, falsy=_FALSY)
    skills = _Skills(allow_none=True)
    dingtalk = _text(100, allow_none=True)
    wecom = _text(100, allow_none=True)

    @post_load
    def _no_skills_are_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"skills": data["skills"] or []} if "skills" in data else data


class _Body(Schema):
    class Meta:
        unknown = RAISE


class _Part(_Body):
    grid_id = _text(60, required=True)
    code = _text(60, required=True)
    name = _text(100, required=True)
    households = fields.Integer(validate=validate.Range(0, 10_000_000), allow_none=True, load_default=None)
    geometry = fields.Raw(required=True)
    members = fields.List(fields.String(validate=_NAME), required=True)


class Split(_Body):
    """The parts that a grid becomes, and who works in which."""

    parts = fields.List(fields.Nested(_Part), required=True, validate=validate.Length(max=20))
    why = _text(500, required=True)


class _Into(_Body):
    grid_id = _text(60, required=True)
    code = _text(60, load_default=None)
    name = _text(100, load_default=None)


class Merging(_Body):
    """The grids that become one: one of them (`into.grid_id`) goes on, or a new one takes their place."""

    grids = fields.List(_text(60), required=True, validate=validate.Length(max=20))
    into = fields.Nested(_Into, required=True)
    why = _text(500, required=True)
