"""The page of an answer, as far as no browser is needed: its words, its links and cards, and how often it is opened."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain import links
from services.callback.domain.calls import CallTerms
from services.callback.domain.cards import CARDS
from services.callback.domain.links import LinkTerms
from services.callback.domain.pace import Buckets, Pace
from services.callback.domain.page_texts import TEXTS, preferred, words
from services.callback.domain.rule_set import mistakes_in
from tests.unit.qiuchuan import at, read

DOORS = Path(__file__).parents[2] / "services" / "callback" / "doors"
NOW = at("2026-11-25T09:30")


def test_every_text_is_there_in_both_languages_and_used() -> None:
    code = "".join((DOORS / f"{name}.py").read_text(encoding="utf-8") for name in ("answer_html", "answer_page"))
    for name, text in TEXTS.items():
        assert text.zh and text.en and (name == "switch" or re.search(r"[\u4e00-\u9fff]", text.zh)), name
        stem = re.sub(r"_(more|missing|large|refused|away|taken|before|after)$", "", name)
        assert f'"{name}"' in code or f'"{stem}' in code or f'f"{stem}' in code, name
    assert words("times", "en", round=2) == "time 2" and words("times", "zh", round=2) == "第 2 次"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", [], "zh"),
        ("", ["fr-FR", "en-GB", "zh-CN"], "en"),
        ("", ["zh-TW", "en"], "zh"),
        ("", ["fr"], "zh"),
        ("en", ["zh-CN"], "en"),
        ("EN", [], "en"),
        ("<b>", ["en-US"], "en"),
    ],
)
def test_the_language_is_what_was_asked_for_then_the_browsers(asked: str, accepted: list[str], language: str) -> None:
    assert preferred(asked, accepted) == language


@pytest.mark.parametrize(
    ("state", "closes", "standing"),
    [("open", 1, links.OPEN), ("open", 0, links.CLOSED), ("answered", 1, links.CLOSED), ("waived", 1, links.CLOSED)],
)
def test_how_a_link_stands(state: str, closes: int, standing: str) -> None:
    row = {"state": state, "closes_at": NOW + dt.timedelta(seconds=closes)}
    assert links.standing(row, NOW) == standing
    assert links.standing(None, NOW) == links.UNKNOWN


def test_a_link_is_open_for_its_time_and_never_shortens_the_window() -> None:
    fortnight, late = dt.timedelta(days=14), NOW + dt.timedelta(days=20)
    assert links.closing(NOW, NOW + dt.timedelta(days=1), fortnight) == NOW + fortnight
    assert links.closing(NOW, late, fortnight) == late


def test_the_towns_rules_about_calls_and_links_are_read_or_refused_with_their_place() -> None:
    normal, practice = (read(f"rules/{name}.yaml")["callback"] for name in ("normal", "practice"))
    assert CallTerms.of(normal) == CallTerms.of({}) == CallTerms(False, dt.timedelta(minutes=10))
    assert LinkTerms.of(normal) == LinkTerms.of({}) == LinkTerms(dt.timedelta(days=3), dt.timedelta(days=14))
    assert CallTerms.of(practice).any_time
    wrong = normal | {"calls": {"times": "night", "lease": "10 hours"}, "link": {"open": 14, "often": True}}
    places = {place for place, _, _ in mistakes_in(wrong)}
    assert places == {("calls", "lease"), ("calls", "times"), ("link", "often"), ("link", "open")}
    assert mistakes_in(normal) == mistakes_in(practice) == []


@pytest.mark.parametrize("chat", CARDS)
def test_a_card_leads_to_the_page_and_names_nobody(chat: str) -> None:
    url = "https://town.example/callback/a/AAAAAAAAAAAAAAAAAAAAAA?via=wecom"
    card = CARDS[chat]("20261123-000001", url, "2026-12-09 09:30")
    text = json.dumps(card, ensure_ascii=False)
    assert url in text and "20261123-000001" in text and "2026-12-09 09:30" in text
    assert "请您评价" in text and "How was it handled?" in text


def test_cards_have_the_form_that_their_platforms_ask_for() -> None:
    dingtalk, wecom = (CARDS[chat]("n", "https://x", "t") for chat in ("dingtalk", "wecom"))
    assert dingtalk["msgtype"] == "actionCard" and dingtalk["actionCard"].keys() >= {"title", "text", "singleTitle"}
    assert dingtalk["actionCard"]["singleURL"] == "https://x"
    card = wecom["template_card"]
    assert (wecom["msgtype"], card["card_type"]) == ("template_card", "text_notice")
    assert card["card_action"] == {"type": 1, "url": "https://x"}
    assert len(card["main_title"]["title"]) <= 26 and len(card["horizontal_content_list"]) <= 6


@given(st.lists(st.floats(0, 30), max_size=80))
def test_nobody_gets_more_than_the_pace_allows(pauses: list[float]) -> None:
    buckets, now, granted = Buckets(Pace(5, 60)), 0.0, []
    for pause in pauses:
        now += pause
        wait = buckets.take("x", now)
        assert 0 <= wait <= 1
        if wait == 0:
            granted.append(now)
    for start in granted:  # in every stretch of time: what was saved up, and one a second
        for end in (moment for moment in granted if moment >= start):
            assert len([moment for moment in granted if start <= moment <= end]) <= 5 + (end - start) + 1e-6


def test_buckets_are_apart_and_bounded() -> None:
    buckets = Buckets(Pace(1, 60), most=10)
    assert buckets.take("a", 0) == 0 and buckets.take("a", 0) > 0 and buckets.take("b", 0) == 0
    for n in range(100):
        buckets.take(str(n), 0)
    assert len(buckets._levels) == 10
