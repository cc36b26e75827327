"""The page on which a reporter answers, in a real browser behind the real edge: with scripts and without, in both
languages, for whoever cannot see it, and with photos."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, sync_playwright

from deploy.provision.names import SERVICES
from deploy.provision.servers import Servers
from tests.integration.test_edge import nginx
from tests.support.autopilot import CALLER, Api
from tests.support.media import photo
from tests.support.processes import free_port
from tests.support.town import TemporaryTown
from tests.support.waiting import until

CHROMIUM = shutil.which("chromium")  # deploy/local/bootstrap.sh --tests installs it
LOADED = "Failed to load resource"  # is looked at by its answer
OLD_PHONE = {"width": 320, "height": 480}


class Line:
    """A town behind its edge, and cases of it that are about to be asked about."""

    def __init__(self, town: TemporaryTown, edge: str):
        self.town, self.edge, self.api = town, edge, Api(town)

    def upload(self, content: bytes, role: str, name: str) -> str:
        headers = {"Authorization": f"Bearer {self.town.token(role, name)}", "Content-Type": "image/jpeg"}
        answer = requests.post(f"{self.edge}/intake/media", data=content, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return answer.json()["reference"]

    def handled(self) -> str:
        """The number of a case that was handled and checked, with photos of before and after."""
        before, after = (self.upload(photo(size=(300 + uuid.uuid4().int % 300, 200)), "member", "m001") for _ in "ab")
        body = {"external_id": f"HL-{uuid.uuid4()}", "title": "路灯不亮", "kind": "complaint"}
        body |= {"place": {"text": "第1网格", "lon": 118.405, "lat": 28.925}}
        body |= {"reporter": {"name": "毛某某", "phone": "19900000001"}, "media": [before]}
        number = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body).json()["number"]
        steps: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
            ("dispatched", "member_id", "acknowledge", {}),
            ("in_progress", "member_id", "resolve", {"note": "灯泡已换,<b>电话</b>19900000001", "evidence": [after]}),
            ("resolved", "checker_id", "verify", {"passed": True}),
        )
        for state, who, action, data in steps:
            order = until(lambda state=state: self.order(number, state))
            assert self.api.act(order[who], action, order, **data)["accepted"]
        return number

    def order(self, number: str, state: str) -> dict[str, Any] | None:
        orders = self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
        return next((order for order in orders if order["number"] == number), None)

    def asked(self) -> tuple[str, str]:
        """Number and link of a case whose reporter was not reached."""
        number = self.handled()
        call = until(lambda: self.api.call_about(number))
        body = {"outcome": "wrong_number"}
        path = f"/callback/calls/{call['call_id']}/not-reached"
        assert self.api.call("POST", "callback", path, "desk", CALLER, body).ok
        return number, until(lambda: self.link(number))

    def link(self, number: str) -> str | None:
        """What the hotline is told, for its reporter alone."""
        told = self.api.get("intake", "/intake/sources/hotline/feedback?limit=500", "source", "hotline")["feedback"]
        return next((row["link"] for row in told if row["number"] == number and "link" in row), None)

    def answers(self, number: str) -> list[tuple[Any, ...]]:
        return self.town.rows(
            "callback",
            """SELECT a.solved, a.satisfaction, a.text, a.channel, cardinality(a.media) FROM answers a
               JOIN follow_ups f ON f.id = a.follow_up_id JOIN cases c ON c.id = f.case_id
               WHERE c.number = %s ORDER BY a.n""",
            number,
        )


@pytest.fixture(scope="module")
def line(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("logs")
        town = stack.enter_context(TemporaryTown(servers, small_town, logs=folder))
        port = free_port()
        town.start(PUBLIC_URL=f"http://127.0.0.1:{port}")
        replicas = {name: [process.http for process in town.of(name)] for name in SERVICES}
        edge = stack.enter_context(nginx(replicas, port))
        yield Line(town, edge)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A small screen; whatever the browser complains about (a refused script, a missing file) fails the test."""
    context = browser.new_context(java_script_enabled=request.param, locale="zh-CN", viewport=OLD_PHONE)
    page = context.new_page()
    page.scripts = request.param
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and LOADED not in said.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if _wrong(answer) else None)
    yield page
    context.close()
    assert not complaints


def _wrong(answer: Response) -> bool:
    return answer.status >= 400 and not answer.request.is_navigation_request()


def clean(page: Page) -> None:
    """Nothing that axe finds, and nothing that is wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= OLD_PHONE["width"]


def test_a_reporter_answers_and_changes_it(line: Line, page: Page) -> None:
    number, link = line.asked()
    page.goto(link)
    assert page.locator("h1").inner_text() == "办理结果评价"
    text = page.locator("main").inner_text()
    assert number in text and "灯泡已换" in text
    for personal in ("19900000001", "毛某某", "第1网格", "路灯不亮"):
        assert personal not in page.content()
    assert page.locator(".photos img").count() == 2
    for image in page.locator(".photos img").all():
        assert requests.get(line.edge + str(image.get_attribute("src")), timeout=5).ok
    if page.scripts:
        clean(page)
    page.get_by_label("部分解决").check()
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("还想说的话").fill("晚上还是暗,电话13812345678")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**done=1**")
    assert "已收到您的评价" in page.locator('[role="status"]').first.inner_text()
    assert page.get_by_label("部分解决").is_checked()
    assert line.answers(number) == [("partly", "dissatisfied", "晚上还是暗,电话138****5678", "page", 0)]
    if page.scripts:
        clean(page)
    page.get_by_label("已解决").check()
    page.get_by_role("button", name="修改评价").click()
    page.wait_for_load_state()
    assert until(lambda: len(line.answers(number)) == 2)
    assert line.answers(number)[1][0] == "yes"


def test_the_other_language_stays(line: Line, page: Page) -> None:
    number, link = line.asked()
    page.goto(link)
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**lang=en**")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "How was it handled?" in page.title()
    if page.scripts:
        clean(page)
    page.get_by_label("yes", exact=True).check()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**done=1**")
    assert "your answer has arrived" in page.locator('[role="status"]').first.inner_text()
    assert line.answers(number)[0][0] == "yes"


def test_a_photo_goes_with_the_answer(line: Line, page: Page, tmp_path: Path) -> None:
    number, link = line.asked()
    file, wrong = tmp_path / "暗.jpg", tmp_path / "x.jpg"
    file.write_bytes(photo(size=(400 + int(page.scripts), 300)))
    wrong.write_bytes(b"%PDF-1.7 is no photo")
    page.goto(link)
    page.get_by_text("附一张照片").click()
    page.get_by_label("选择照片").set_input_files(file)
    page.get_by_role("button", name="上传照片").click()
    page.get_by_text("照片已收到").wait_for()
    if not page.scripts:  # with them, the complaint about it would be the browser's own
        page.get_by_label("选择照片").set_input_files(wrong)
        page.get_by_role("button", name="上传照片").click()
        page.get_by_text("这个文件不能用").wait_for()
    page.get_by_label("未解决").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**done=1**")
    assert line.answers(number)[0][4] == 1
    media = line.api.get("intake", f"/intake/cases/{number}/media")["media"]
    assert [row["kind"] for row in media if row["role"] == "answer"] == ["media"]


def test_what_is_missing_is_said_and_nothing_is_lost(line: Line, page: Page) -> None:
    number, link = line.asked()
    answer = requests.post(link, data={"text": "还没说完", "lang": "zh"}, timeout=10)
    assert answer.status_code == 422 and "请选择问题是否解决" in answer.text and "还没说完" in answer.text
    assert line.answers(number) == []
    page.goto(link)
    page.get_by_role("button", name="提交").click()  # the browser itself asks for it
    assert "done=1" not in page.url and line.answers(number) == []


def test_links_that_lead_nowhere_say_what_to_do(line: Line, page: Page) -> None:
    for path in ("A" * 22, "x", "%00", "A" * 2000):
        answer = page.goto(f"{line.edge}/callback/a/{path}")
        assert answer is not None and answer.status in (400, 404)
        assert answer.headers["content-type"].startswith("text/html")
    page.goto(f"{line.edge}/callback/a/{'B' * 22}")
    assert "12345" in page.locator("main").inner_text()
    if page.scripts:
        clean(page)
    number, link = line.asked()
    line.api.call("POST", "intake", f"/intake/cases/{number}/cancel", "desk", "desk1", {"reason": "不需要了"})
    until(lambda: requests.get(link, timeout=5).status_code == 410)
    page.goto(link)
    assert "评价已经结束" in page.locator("main").inner_text()
    if page.scripts:
        clean(page)
    assert requests.post(link, data={"solved": "yes"}, timeout=5).status_code == 410


def test_the_page_is_kept_from_strangers(line: Line) -> None:
    number, link = line.asked()
    page = requests.get(link, timeout=5)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "form-action 'self'" in policy
    assert set(page.headers["Referrer-Policy"].split(", ")) == {"no-referrer"}
    assert page.headers["Cache-Control"] == "no-store"
    assert not any(word in page.text for word in ("<style", "onclick", "style=", "<script>"))
    assert "<b>" not in page.text and "&lt;b&gt;" in page.text  # what a member wrote stays text
    other = requests.post(link, data={"solved": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5)
    assert other.status_code == 403 and line.answers(number) == []
    hostile = requests.post(link, data={"solved": "no", "text": "<script>alert(1)</script>'\""}, timeout=5)
    assert hostile.ok and "<script>alert" not in hostile.text and "&lt;script&gt;" in hostile.text


def test_a_link_and_an_address_are_opened_so_often_and_no_more(line: Line) -> None:
    link = f"{line.edge}/callback/a/{'C' * 22}"
    answers = [requests.post(link, data={"solved": "yes"}, timeout=5) for _ in range(15)]
    assert [answer.status_code for answer in answers].count(404) == 10
    late = answers[-1]
    assert late.status_code == 429 and int(late.headers["Retry-After"]) >= 1 and "一分钟" in late.text
    spoofed = {"X-Forwarded-For": "10.0.0.1"}  # the edge knows better
    many = [requests.get(f"{line.edge}/callback/a/{n:022d}", headers=spoofed, timeout=5) for n in range(130)]
    assert 429 in [answer.status_code for answer in many]


def test_the_secret_stands_in_no_message_that_others_read(line: Line) -> None:
    number, link = line.asked()
    secret = link.rpartition("/")[2]

    def timeline() -> str:
        return line.api.call("GET", "board", f"/board/cases/{number}", "leader", "mayor").text

    until(lambda: "callback.link_due.v1" in timeline() and "feedback_due.v1" in timeline())
    assert secret not in timeline()
    desk = line.api.call("GET", "intake", "/intake/sources/hotline/feedback?limit=500", "desk", "desk1").text
    assert number in desk and secret not in desk
    for service in ("callback", "intake", "board"):
        tables = line.town.rows(service, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in tables:
            found = line.town.rows(service, f"SELECT count(*) FROM {table} AS t WHERE strpos(t::text, %s) > 0", secret)
            assert found == [(0,)], (service, table)
