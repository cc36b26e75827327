"""The page of a notice, and the link that leads to it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.config import load
from services.notify.domain.page import POLICY, message_page, notice_page, preferred
from services.notify.domain.page_links import OPEN_FOR, PATH, link_to, read_link
from services.notify.use_cases import Pages
from services.notify.use_cases.linking import UNKNOWN, open_notice
from shared.http.links import links
from shared.settings import SettingsError

NOW = dt.datetime(2026, 11, 30, 4, 0, tzinfo=dt.UTC)
RING = json.dumps({"current": "k2", "keys": {k: base64.b64encode(os.urandom(32)).decode() for k in ("k1", "k2")}})
PAGES = Pages("https://town.example.cn", links(RING, "notices"))
BODY: dict[str, Any] = {
    "number": "20261123-000001",
    "level": "P2",
    "due_at": "2026-11-24T00:30:00+08:00",
    "text_zh": "新任务:<script>alert(1)</script>,电话 13812345678。",
    "text_en": "New work: <b>lamp</b>.",
}


def test_a_link_leads_to_one_notice_until_a_time_that_stands_in_it() -> None:
    notice = str(uuid.uuid4())
    url = PAGES.link(notice, NOW)
    assert url.startswith(f"https://town.example.cn{PATH}k2.") and len(url) < 120
    link = read_link(url.rpartition("/")[2])
    assert link and (link.key_id, link.notice_id) == ("k2", notice)
    assert link.expires == (NOW + OPEN_FOR).timestamp()
    assert link.secret == PAGES.keys.secret(link.about, "k2") != PAGES.keys.secret(link.about, "k1")
    assert url != PAGES.link(str(uuid.uuid4()), NOW) and url != PAGES.link(notice, NOW + dt.timedelta(hours=1))


def test_without_a_public_address_there_is_no_link() -> None:
    assert Pages("", PAGES.keys).link(str(uuid.uuid4()), NOW) == ""


def nobody_asks() -> Any:
    raise AssertionError("the database was asked about a link that was not made here")


def test_what_was_not_made_here_asks_nobody() -> None:
    link = link_to(str(uuid.uuid4()), "k2", NOW)
    good = link._replace(secret=PAGES.keys.secret(link.about, "k2"))
    others = links(RING, "answers")
    for wrong in (
        "",
        "x",
        link._replace(secret="A" * 22).written(),
        good._replace(expires=good.expires + 1).written(),
        good._replace(notice_id=str(uuid.uuid4())).written(),
        good._replace(key_id="k1").written(),
        good._replace(key_id="k9").written(),
        link._replace(secret=others.secret(link.about, "k2")).written(),
        good.written()[:-1],
        f"{good.written()}/",
    ):
        assert open_notice(wrong, "zh", PAGES.keys, nobody_asks).standing == UNKNOWN


@given(st.text(max_size=120))
def test_whatever_is_no_link_is_not_known(text: str) -> None:
    assert open_notice(text, "zh", PAGES.keys, nobody_asks).standing == UNKNOWN


@pytest.mark.parametrize(("language", "shown"), [("zh", "新任务:&lt;script&gt;"), ("en", "New work: &lt;b&gt;lamp")])
def test_the_page_says_what_the_notice_says_escaped_and_without_numbers_of_persons(language: str, shown: str) -> None:
    text = notice_page(BODY, "新任务 <i>", NOW.isoformat(), (NOW + OPEN_FOR).isoformat(), language)
    assert shown in text and "<script" not in text and "<i>" not in text and "13812345678" not in text
    for fact in ("20261123-000001", "P2", "2026-11-24 00:30", "2026-11-30 12:00", "2026-12-14 12:00"):
        assert fact in text
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text and f"lang={language}" not in text


def test_what_a_notice_does_not_have_has_no_row() -> None:
    text = notice_page({"text_zh": "操作已生效。"}, "操作", NOW.isoformat(), NOW.isoformat(), "zh")
    assert "编号" not in text and "级别" not in text and "时限</dt>" not in text
    assert "2026-12-31" in notice_page(
        {"text_zh": "x", "project": "p", "due_at": "2027-01-01T00:00:00+08:00"}, "x", "", "", "zh"
    )


@pytest.mark.parametrize("name", ["over", "unknown", "away"])
def test_what_is_wrong_is_a_page_in_both_languages(name: str) -> None:
    assert message_page(name, "zh") != message_page(name, "en")
    assert "script" not in POLICY and "'none'" in POLICY


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [("", [], "zh"), ("", ["fr", "en-GB", "zh"], "en"), ("zh", ["en"], "zh"), ("xx", ["fr"], "zh"), ("EN", [], "en")],
)
def test_the_language_is_what_was_asked_for_or_what_the_browser_prefers(
    asked: str, accepted: list[str], expected: str
) -> None:
    assert preferred(asked, accepted) == expected


def test_the_public_address_is_an_address() -> None:
    common = dict.fromkeys(("AMQP_URI", "DATABASE_URL", "TOKEN_PUBLIC_KEY"), "x")
    common |= {"KEY_RING": RING, "WANGGE_TOWN": "qiuchuan"}
    assert load(common).public_url == ""
    assert load(common | {"PUBLIC_URL": "https://town.example/"}).public_url == "https://town.example"
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        load(common | {"PUBLIC_URL": "town.example"})
