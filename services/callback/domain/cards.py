"""The question as a card inside DingTalk or WeChat (企业微信): one tap leads to the page of the answer.

Rules: DingTalk, robot message `actionCard` with one button (`singleTitle`, `singleURL`); WeCom, template card
`text_notice` with `card_action` of type 1 (a URL). Both show no more than a title and a few lines, so the card says
what it is about by its number alone: groups and lock screens are read by others, too.
"""

from __future__ import annotations

from typing import Any

from services.callback.domain.words import both

TITLE = both("请您评价办理结果", "How was it handled?")
BUTTON = both("去评价", "Answer")
LONGEST_TITLE = 26  # characters of a WeCom main title
DINGTALK, WECOM = "dingtalk", "wecom"


def dingtalk(number: str, url: str, until: str) -> dict[str, Any]:
    """The JSON body of a DingTalk message; markdown, in which nothing but our own words stands."""
    lines = [
        f"#### {TITLE}",
        both(f"编号 {number}", f"number {number}"),
        both(f"{until} 前有效", f"open until {until}"),
    ]
    card = {"title": TITLE, "text": "\n\n".join(lines), "btnOrientation": "0", "singleTitle": BUTTON, "singleURL": url}
    return {"msgtype": "actionCard", "actionCard": card}


def wecom(number: str, url: str, until: str) -> dict[str, Any]:
    """The JSON body of a WeCom message, without whom it is for: `touser` or the robot's address say that."""
    card = {
        "card_type": "text_notice",
        "main_title": {"title": "请您评价办理结果", "desc": "How was it handled?"},
        "horizontal_content_list": [
            {"keyname": "编号 No.", "value": number},
            {"keyname": "有效期 Until", "value": until},
        ],
        "jump_list": [{"type": 1, "title": BUTTON, "url": url}],
        "card_action": {"type": 1, "url": url},
    }
    return {"msgtype": "template_card", "template_card": card}


CARDS = {DINGTALK: dingtalk, WECOM: wecom}
