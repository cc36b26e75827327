"""The page of a notice: what it says in full, for whoever has its link. It works without scripts, and what stands on it
is escaped; numbers of persons are masked, whoever wrote them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from services.notify.domain.templates import Text
from services.notify.domain.town_time import day, moment
from shared.masking import mask

LANGUAGES = {"zh": "zh-CN", "en": "en"}  # as the address says it → as the page does
TEXTS = {
    "title": Text("通知", "Notice"),
    "switch": Text("English", "中文"),  # to the other language
    "number": Text("编号", "Number"),
    "level": Text("级别", "Level"),
    "due": Text("办结时限", "Due"),
    "at": Text("通知时间", "Said on"),
    "until": Text("本页 {} 前有效。办理请登录网格系统。", "This page is open until {}. To act on it, sign in."),
    "over": Text("链接已失效", "This link is over"),
    "over_more": Text("通知内容请登录网格系统查看。", "Sign in to see what you were told."),
    "unknown": Text("链接无效", "This link is not known"),
    "unknown_more": Text("请检查链接是否完整。", "Please look whether the link is complete."),
    "away": Text("暂时无法打开", "It cannot be opened just now"),
    "away_more": Text("请稍后再试。", "Please try again in a while."),
}
STYLE = """
body { margin: 0 auto; max-width: 36em; padding: 0.8em; background: #fff; color: #111; line-height: 1.6;
  font-size: 20px; font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { margin: 0.2em 0 0.6em; font-size: 1.3em; line-height: 1.3; }
a { color: #0b4f9e; }
.switch { margin: 0; text-align: right; }
.switch a { display: inline-block; padding: 0.4em 0; min-height: 44px; }
.said { padding: 0.8em; border: 1px solid #888; border-radius: 6px; overflow-wrap: anywhere; white-space: pre-line; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5em; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def notice_page(body: Mapping[str, Any], title: str, at: str, until: str, language: str) -> str:
    """`body` of a notice, `title` of its words, when it was said and until when the page is open (ISO)."""
    shown_due = day if "project" in body else moment
    rows = [("number", body.get("number")), ("level", body.get("level"))]
    rows += [("due", shown_due(body["due_at"]))] if body.get("due_at") else []
    rows.append(("at", moment(at)))
    listed = Markup("\n").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(_text(name, language), value) for name, value in rows if value
    )
    said = Markup('<p class="said">{}</p>\n<dl>\n{}\n</dl>\n').format(mask(body[f"text_{language}"]), listed)
    more = Markup("<p>{}</p>").format(_text("until", language).format(moment(until)))
    return _document(language, mask(title), said + more)


def message_page(name: str, language: str) -> str:
    """A page that only says something: over, unknown, away."""
    return _document(language, _text(name, language), Markup("<p>{}</p>").format(_text(f"{name}_more", language)))


def preferred(asked: str, accepted: Sequence[str]) -> str:
    """zh or en: what was asked for, else the first language of the browser that is one of these, else Chinese."""
    known = [short for one in (asked, *accepted) if (short := one.lower().partition("-")[0]) in LANGUAGES]
    return known[0] if known else "zh"


def _document(language: str, title: str, body: Markup) -> str:
    other = "zh" if language == "en" else "en"
    return Markup(
        '<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<header><p class="switch"><a href="?lang={other}" lang="{other_lang}" hreflang="{other_lang}">{switch}</a></p>'
        "<h1>{title}</h1></header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).format(
        lang=LANGUAGES[language],
        title=title,
        style=Markup(STYLE),
        other=other,
        other_lang=LANGUAGES[other],
        switch=_text("switch", language),
        body=body,
    )


def _text(name: str, language: str) -> str:
    text = TEXTS[name]
    return text.en if language == "en" else text.zh
