"""Keys, signatures and tables: whatever is sent twice is registered once and answered as the first time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from openpyxl import Workbook

from deploy.provision.folder import ROOT
from deploy.provision.servers import Servers
from shared.http.webhooks import sign
from tests.support.sources import call, town_with
from tests.support.town import TemporaryTown
from tests.support.waiting import until


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path) -> Iterator[TemporaryTown]:
    with town_with(servers, small_town, "intake") as town:
        yield town


def post(town: TemporaryTown, key: str | None, **body: Any) -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return call(town, "POST", "/intake/reports", "source", "hotline", json=body, headers=headers)


def cases(town: TemporaryTown, external_id: str) -> int:
    return len(town.rows("intake", "SELECT 1 FROM cases WHERE external_id = %s", external_id))


def test_a_key_fixes_the_answer(town: TemporaryTown) -> None:
    first, again = (post(town, '"k-1"', external_id="key-1", title="x") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert post(town, "k-1", external_id="key-1", title="y").status_code == 422
    assert post(town, "k-2", external_id="key-1", title="x").json()["outcome"] == "known"
    assert post(town, "k-3", external_id="", title="").status_code == 422
    assert post(town, "k-3", external_id="", title="").json()["reasons"][0]["field"] == "external_id"
    assert post(town, "k" * 300, external_id="key-2", title="x").status_code == 400
    assert cases(town, "key-1") == 1


def test_twenty_at_once_with_one_key_are_one_case(town: TemporaryTown) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(town, "same", external_id="key-many", title="x"), range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["number"] for answer in answers if answer.status_code == 201}) == 1
    assert cases(town, "key-many") == 1
    assert post(town, "same", external_id="key-many", title="x").status_code == 201


def secret_of(town: TemporaryTown, source: str, *more: str) -> str:
    return json.loads(town.admin("intake", "webhook-secret", source, *more))["secret"]


def send(
    town: TemporaryTown, source: str, secret: str, webhook_id: str, body: bytes, late: float = 0, **headers: str
) -> requests.Response:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=late)
    signed = sign([secret], webhook_id, at, body) | headers
    return requests.post(f"{town.url('intake')}/intake/webhooks/{source}", data=body, headers=signed, timeout=20)


def test_a_webhook_counts_once_and_only_with_a_valid_secret(town: TemporaryTown) -> None:
    secret, body = secret_of(town, "hotline"), json.dumps({"external_id": "hook-1", "title": "x"}).encode()
    first, replayed = (send(town, "hotline", secret, "msg-1", body) for _ in range(2))
    assert (first.status_code, replayed.status_code, first.json()) == (201, 201, replayed.json())
    assert send(town, "hotline", secret, "msg-1", body.replace(b"x", b"y")).status_code == 422
    for answer, status in (
        (send(town, "portal", secret, "msg-2", body), 401),  # no secret of that source's
        (send(town, "nobody", secret, "msg-2", body), 401),
        (send(town, "hotline", secret, "msg-2", body, late=400), 401),
        (send(town, "hotline", secret, "msg-2", body, **{"webhook-id": "msg-3"}), 401),
        (send(town, "hotline", secret, "msg-2", body, **{"webhook-signature": "v2"}), 400),
        (send(town, "hotline", secret, "msg-2", body, **{"webhook-timestamp": "soon"}), 400),
        (send(town, "hotline", secret, "msg-2", b"{"), 400),
    ):
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert cases(town, "hook-1") == 1


def test_an_old_secret_is_valid_as_long_as_it_was_said(town: TemporaryTown) -> None:
    old = secret_of(town, "portal", "--rotate")
    new = secret_of(town, "portal", "--rotate", "--keep-old", "1h")
    for number, secret in enumerate((old, new)):
        body = json.dumps({"external_id": f"rotated-{number}", "title": "x"}).encode()
        assert send(town, "portal", secret, f"rotated-{number}", body).status_code == 201
    last = secret_of(town, "portal", "--rotate", "--keep-old", "0s")
    assert [send(town, "portal", s, f"r-{s[-9:]}", b"{}").status_code for s in (old, new, last)] == [401, 401, 422]
    with pytest.raises(Exception, match="--rotate"):
        secret_of(town, "portal")
    stored = town.rows("intake", "SELECT sealed FROM webhook_secrets")
    assert not any(secret.removeprefix("whsec_") in sealed for (sealed,) in stored for secret in (old, new, last))


def table(path: Path, rows: int, prefix: str) -> Path:
    lines = ["编号;标题;内容;联系电话;经度;纬度"]
    lines += [f"{prefix}-{n};路灯不亮;东街{n}号;1380000{n:04d};118.405;28.925" for n in range(rows)]
    path.write_bytes("\n".join(lines).encode("gb18030"))
    return path


def start_import(town: TemporaryTown, file: Path, source: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | town.secrets.environment(town.name, "intake")
    command = [sys.executable, "-m", "services.intake.admin", "import", str(file), "--source", source]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def test_an_import_that_was_killed_goes_on_and_doubles_nothing(town: TemporaryTown, tmp_path: Path) -> None:
    file = table(tmp_path / "cases.csv", 2500, "big")
    process = start_import(town, file, "hotline")
    until(lambda: town.rows("intake", "SELECT 1 FROM imports WHERE rows_done >= 400"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    [(done,)] = town.rows("intake", "SELECT rows_done FROM imports WHERE state = 'running'")
    assert 400 <= done < 2500
    told = json.loads(town.admin("intake", "import", str(file), "--source", "hotline"))
    assert told["rows done before"] >= done
    assert (told["new"], told["known"], told["refused"]) == (2500, 0, 0)
    assert town.rows("intake", "SELECT count(*) FROM reports WHERE external_id LIKE 'big-%%'") == [(2500,)]
    with Path(told["report"]).open(encoding="utf-8-sig") as report:
        assert [int(row["row"]) for row in csv.DictReader(report)] == list(range(1, 2501))
    again = json.loads(town.admin("intake", "import", str(file), "--source", "hotline"))
    assert (again["new"], again["known"], again["rows done before"]) == (0, 2500, 0)
    assert not town.rows("intake", "SELECT 1 FROM import_rows t WHERE t::text LIKE '%%1380000%%'")


def test_a_dry_run_keeps_nothing(town: TemporaryTown, tmp_path: Path) -> None:
    file = table(tmp_path / "cases.csv", 450, "dry")
    told = json.loads(town.admin("intake", "import", str(file), "--source", "hotline", "--dry-run"))
    assert (told["new"], Path(told["report"]).read_text(encoding="utf-8").count("\n")) == (450, 451)
    assert town.rows("intake", "SELECT count(*) FROM reports WHERE external_id LIKE 'dry-%%'") == [(0,)]


def test_a_spreadsheet_by_http_is_accounted_for_row_by_row(town: TemporaryTown) -> None:
    book = Workbook()
    for line in (
        ["external_id", "title", "category", "reported_at"],
        ["x-1", "路灯不亮", None, dt.datetime(2026, 11, 23, 9)],
        ["=x-2", "路灯不亮", "no such", None],
        ["x-1", "路灯不亮", None, None],
        [None, "没有编号", None, None],
        ["x-3", None, "0103", None],
    ):
        book.active.append(line)
    book.active["A3"].data_type = "s"
    body = io.BytesIO()
    book.save(body)
    upload = {"data": body.getvalue(), "params": {"source": "hotline"}}
    begun = call(town, "POST", "/intake/imports", "desk", "desk1", **upload)
    assert begun.status_code == 202
    address = f"/intake/imports/{begun.json()['id']}"
    until(lambda: call(town, "GET", address, "desk", "desk1").json()["state"] == "done")
    report = call(town, "GET", f"{address}/rows", "desk", "desk1")
    assert report.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["new", "refused", "known", "new", "refused"]
    assert rows[1]["external_id"] == "'=x-2" and "category" in rows[1]["reasons"]
    assert rows[3]["external_id"].endswith("-4")
    assert Counter(row["number"] for row in rows)[rows[0]["number"]] == 2


def test_imports_that_are_refused(town: TemporaryTown) -> None:
    for role, source, data, status in (
        ("source", "hotline", b"title\nx\n", 403),
        ("desk", "nobody", b"title\nx\n", 404),
        ("desk", "hotline", b"", 400),
        ("desk", "hotline", b"what\nx\n", 422),
        ("desk", "hotline", b"PK\x05\x06" + b"\0" * 18, 422),
    ):
        answer = call(town, "POST", "/intake/imports", role, "someone", data=data, params={"source": source})
        assert answer.status_code == status, answer.text
    for number in ("x", "0190c3a0-0000-7000-8000-000000000000"):
        assert call(town, "GET", f"/intake/imports/{number}", "desk", "desk1").status_code == 404
