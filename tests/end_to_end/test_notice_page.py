"""The page of a notice in a real browser: without scripts, in both languages, for whoever cannot see it."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from deploy.provision.servers import Servers
from services.notify.domain.page_links import OPEN_FOR
from services.notify.use_cases import Pages
from shared.http.links import links
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

TITLE = "路灯<b>不亮</b> 13812345678"


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    with ExitStack() as stack:
        services = ("intake", "dispatch", "notify")
        folder = tmp_path_factory.mktemp("notices")
        town = stack.enter_context(TemporaryTown(servers, small_town, services=services, logs=folder))
        town.start()
        yield town


@pytest.fixture(scope="module")
def notice(town: TemporaryTown) -> tuple[str, str]:
    """Id of a notice about new work, and number of its case."""
    body = {"external_id": str(uuid.uuid4()), "title": TITLE, "category": "0101", "kind": "complaint"}
    body |= {"place": {"text": "第1网格", "lon": 118.405, "lat": 28.925}}
    number = Api(town).call("POST", "intake", "/intake/reports", "source", "hotline", body).json()["number"]
    statement = "SELECT id::text FROM notices WHERE kind = 'work_assigned' AND body ->> 'number' = %s"
    return until(lambda: town.rows("notify", statement, number))[0][0], number


@pytest.fixture
def pages(town: TemporaryTown) -> Pages:
    return Pages(town.url("notify"), links(town.secrets.read("notify", "key_ring"), "notices"))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A small screen; whatever the browser complains about (a refused style, a missing file) fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(locale="zh-CN", viewport={"width": 320, "height": 480}).new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield page
        assert not complaints
        browser.close()


def test_whoever_has_the_link_reads_the_notice(notice: tuple[str, str], pages: Pages, page: Page) -> None:
    answer = page.goto(pages.link(notice[0], dt.datetime.now(dt.UTC)))
    assert answer and answer.status == 200 and answer.headers["cache-control"] == "no-store"
    for language in ("zh", "en"):
        shown = page.inner_text("main")
        assert notice[1] in shown and "路灯<b>不亮</b>" in shown and "13812345678" not in page.content()
        assert page.locator("script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= 320"), "nothing is cut off"
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px", "its style is let in"
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        if language == "zh":
            page.click(".switch a")
            assert page.get_attribute("html", "lang") == "en" and "New work" in page.inner_text("main")


def test_a_link_that_is_over_or_was_changed_opens_nothing(notice: tuple[str, str], pages: Pages) -> None:
    now = dt.datetime.now(dt.UTC)
    over = requests.get(pages.link(notice[0], now - OPEN_FOR - dt.timedelta(minutes=1)), timeout=10)
    good = pages.link(notice[0], now)
    changed = requests.get(good[:-1] + ("A" if good[-1] != "A" else "B"), timeout=10)
    unknown = requests.get(pages.link(str(uuid.uuid4()), now), timeout=10, headers={"Accept-Language": "en"})
    assert [answer.status_code for answer in (over, changed, unknown)] == [410, 404, 404]
    assert "链接已失效" in over.text and "链接无效" in changed.text and "not known" in unknown.text
    assert all(notice[1] not in answer.text for answer in (over, changed, unknown))
    assert all("text/html" in answer.headers["Content-Type"] for answer in (over, changed, unknown))
