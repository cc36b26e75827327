"""Photos, videos and sounds through intake itself: brought, referred to, looked at, forgotten."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from wangge_client import media as client
from wangge_client.errors import UploadFailed, UploadRefused

from services.intake.config import MediaSettings
from services.intake.media import Access, open_store
from services.intake.store import Work
from services.intake.use_cases import forget_media
from shared.db.pool import Pool
from shared.messaging.envelope import Event, new_id
from shared.outbox.unit_of_work import NullRelay, opener
from tests.integration.test_intake_doors import start_with_a_grid
from tests.support.media import CANARY, PLACE, photo, video
from tests.support.town import TemporaryTown
from tests.support.waiting import until

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def town(servers: Any, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """One town for all of these: two replicas of intake, which share their store; photos of at most 1 MiB."""
    logs = tmp_path_factory.mktemp("media-town")
    with TemporaryTown(servers, small_town, services=("intake",), logs=logs) as town:
        start_with_a_grid(town, 2, MEDIA_MAX_PHOTO="1", MEDIA_MAX_VIDEO="2")
        yield town


def fresh_photo(form: str = "JPEG", **options: Any) -> bytes:
    """One that no other test has brought."""
    fresh_photo.count += 1  # type: ignore[attr-defined]
    return photo(form, (300 + fresh_photo.count, 200), **options)  # type: ignore[attr-defined]


fresh_photo.count = 0  # type: ignore[attr-defined]


def ask(town: TemporaryTown, method: str, path: str, role: str = "", name: str = "", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {town.token(role, name)}"} if role else {}
    headers |= options.pop("headers", {})
    return requests.request(method, town.url("intake") + path, headers=headers, timeout=20, **options)


def bring(town: TemporaryTown, content: bytes, media_type: str = "", role: str = "member", name: str = "m001") -> Any:
    return ask(town, "POST", "/intake/media", role, name, data=content, headers={"Content-Type": media_type})


def bring_until_taken(town: TemporaryTown, content: bytes) -> Any:
    """As a client does: when too much is being received, it sends it again later."""
    while (answer := bring(town, content)).status_code == 503:
        time.sleep(0.2)
    return answer


def report(town: TemporaryTown, external_id: str, **fields: Any) -> str:
    body = {"external_id": external_id, "title": "垃圾"} | fields
    answer = ask(town, "POST", "/intake/reports", "source", "hotline", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["number"]


def shown(town: TemporaryTown, number: str, role: str = "desk", name: str = "desk1") -> list[dict[str, Any]]:
    return ask(town, "GET", f"/intake/cases/{number}/media", role, name).json()["media"]


def reference_of(content: bytes) -> str:
    return f"m-{hashlib.sha256(content).hexdigest()[:40]}"


def stored(town: TemporaryTown) -> list[Path]:
    return [path for path in (town.logs / "media").rglob("*") if path.is_file()]


def test_a_photo_is_kept_once_and_shown_by_a_link_without_what_the_phone_wrote(town: TemporaryTown) -> None:
    content = fresh_photo()
    first = bring(town, content, "image/jpeg")
    assert (first.status_code, first.json()["outcome"], first.json()["reference"]) == (
        201,
        "new",
        reference_of(content),
    )
    assert first.json()["position"] == {"lon": PLACE[0], "lat": PLACE[1]}
    files = len(stored(town))
    again = bring(town, content, "", "source", "hotline")
    assert (again.status_code, again.json()) == (200, first.json() | {"outcome": "known"})
    assert len(stored(town)) == files

    number = report(town, "photo-1", media=[first.json()["reference"], "https://elsewhere/1.jpg", "javascript:x"])
    found = {row["kind"]: row for row in shown(town, number)}
    assert found.keys() == {"media", "url", "text"} and "link" not in found["url"]
    whole = ask(town, "GET", found["media"]["link"])
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "image/jpeg")
    assert (
        whole.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in whole.headers["Content-Security-Policy"]
    )
    assert "private" in whole.headers["Cache-Control"]
    assert CANARY not in whole.content and dict(Image.open(io.BytesIO(whole.content)).getexif()) == {}
    small = ask(town, "GET", found["media"]["thumbnail_link"])
    assert Image.open(io.BytesIO(small.content)).format == "JPEG"
    seen = town.rows(
        "intake",
        "SELECT who, about, size FROM media_access WHERE reference = %s ORDER BY id",
        first.json()["reference"],
    )
    assert seen == [("desk/desk1", number, "full"), ("desk/desk1", number, "thumbnail")]


def test_a_report_without_a_place_goes_where_its_photo_was_taken(town: TemporaryTown) -> None:
    number = report(town, "photo-2", media=[bring(town, fresh_photo()).json()["reference"]])
    why = ask(town, "GET", f"/intake/cases/{number}/explanation", "desk", "desk1").json()["understood"]
    [place] = [step for step in why if step["what"] == "place"]
    assert (place["value"], place["by"], place["why_zh"]) == ("g001", "photo", "按照片的拍摄位置")
    case = ask(town, "GET", f"/intake/cases/{number}", "desk", "desk1").json()
    assert (case["lon"], case["lat"]) == PLACE


def test_a_player_gets_the_part_that_it_asks_for(town: TemporaryTown) -> None:
    content = video() + b"\0\0\0\x09free" + bytes([fresh_photo.count % 256])  # type: ignore[attr-defined]
    number = report(town, "video-1", media=[bring(town, content, "video/quicktime").json()["reference"]])
    link, size = shown(town, number)[0]["link"], len(content)
    whole = ask(town, "GET", link).content
    assert len(whole) == size and CANARY not in whole
    for asked, status, part in [
        ("bytes=0-9", 206, whole[:10]),
        ("bytes=100-", 206, whole[100:]),
        ("bytes=-7", 206, whole[-7:]),
        ("bytes=0-", 206, whole),  # phones do not play what answers 200 to this
        ("bytes=0-99999999", 206, whole),
        ("bytes=1-2,4-5", 200, whole),
        ("lines=1-2", 200, whole),
    ]:
        answer = ask(town, "GET", link, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (status, part), asked
        assert answer.headers["Content-Length"] == str(len(part))
    assert ask(town, "GET", link, headers={"Range": "bytes=4-9"}).headers["Content-Range"] == f"bytes 4-9/{size}"
    assert ask(town, "GET", link, headers={"Range": f"bytes={size}-"}).status_code == 416
    head = ask(town, "HEAD", link)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(size), b"")


def test_a_link_is_for_what_it_was_signed_for(town: TemporaryTown) -> None:
    reference = bring(town, fresh_photo()).json()["reference"]
    number = report(town, "link-1", media=[reference])
    row = shown(town, number)[0]
    other = bring(town, fresh_photo()).json()["reference"]
    before = town.rows("intake", "SELECT count(*) FROM media_access")
    access = Access(town.secrets.read("intake", "key_ring"), -1)
    for wrong in [
        row["thumbnail_link"].replace("size=thumbnail", "size=full"),
        row["link"].replace(reference, other),
        row["link"].replace("desk1", "desk2"),
        row["link"] + "&x=1",
        row["link"].partition("?")[0],
        access.look(reference, "desk/desk1", number),
    ]:
        answer = ask(town, "GET", wrong)
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json"), wrong
    assert ask(town, "GET", f"/intake/media/{reference}", "desk", "desk1").status_code == 403
    assert town.rows("intake", "SELECT count(*) FROM media_access") == before
    with town.database("intake") as connection, connection.cursor() as cursor:
        for statement in ("UPDATE media_access SET who = 'x'", "DELETE FROM media_access", "TRUNCATE media_access"):
            with pytest.raises(Exception, match=r"appended, never edited|permission denied"):
                cursor.execute(statement)


def test_links_are_given_to_those_who_have_to_do_with_the_case(town: TemporaryTown) -> None:
    reference = bring(town, fresh_photo()).json()["reference"]
    number = report(town, "who-1", media=[reference])
    path = f"/intake/cases/{number}/media"
    for role, name, status in [
        ("desk", "desk1", 200),
        ("leader", "m001", 200),
        ("source", "hotline", 200),
        ("source", "portal", 404),
        ("member", "m001", 404),
    ]:
        assert ask(town, "GET", path, role, name).status_code == status, (role, name)
    assert ask(town, "GET", path).status_code == 401
    case_id = town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)[0][0]
    evidence = fresh_photo()
    about = {"number": number, "round": 1, "member_id": "m001"}
    say(town, "dispatch.work_assigned.v1", about, number, case_id, 1)
    say(town, "dispatch.work_acknowledged.v1", about, number, case_id, 2)
    say(town, "dispatch.work_resolved.v1", about | {"evidence": [reference_of(evidence)]}, number, case_id, 3)
    until(lambda: len(shown(town, number)) == 2)
    assert [(row["role"], row["kind"]) for row in shown(town, number, "member", "m001")] == [
        ("report", "media"),
        ("evidence", "awaited"),
    ]
    assert ask(town, "GET", path, "member", "m002").status_code == 404
    assert bring(town, evidence).status_code == 201
    assert shown(town, number)[1]["kind"] == "media"


def test_media_that_come_later_complete_the_cases_that_wait(town: TemporaryTown) -> None:
    content = fresh_photo("PNG")
    numbers = [report(town, f"late-{at}", media=[reference_of(content)]) for at in range(2)]
    assert [row["kind"] for row in shown(town, numbers[0])] == ["awaited"]
    assert bring(town, content, "image/png").status_code == 201
    assert bring(town, content, "image/png").status_code == 200
    for number in numbers:
        assert [row["kind"] for row in shown(town, number)] == ["media"]
        steps = town.rows(
            "intake",
            "SELECT h.who, h.note, c.said FROM case_history h JOIN cases c ON c.id = case_id "
            "WHERE cause = 'media' AND number = %s",
            number,
        )
        assert steps == [("member/m001", reference_of(content), 3)]
    said = town.rows("intake", "SELECT body FROM outbox WHERE routing_key = 'intake.media_added.v1.normal'")
    ours = [body for (text,) in said if (body := json.loads(text))["data"]["number"] in numbers]
    assert sorted(body["data"]["number"] for body in ours) == sorted(numbers)
    assert {(body["sequence"], *body["data"]["references"]) for body in ours} == {(3, reference_of(content))}


def test_a_report_and_its_media_at_the_same_moment_find_each_other(town: TemporaryTown) -> None:
    """Whichever of the two commits later tells of it; nobody waits for the other for ever."""
    photos = [fresh_photo() for _ in range(12)]
    with ThreadPoolExecutor(24) as pool:
        reports = [
            pool.submit(report, town, f"race-{at}", media=[reference_of(content)]) for at, content in enumerate(photos)
        ]
        uploads = [pool.submit(bring_until_taken, town, content) for content in photos for _ in range(2)]
    assert sorted(upload.result().status_code for upload in uploads) == [200] * 12 + [201] * 12
    for made in reports:
        assert shown(town, made.result())[0]["kind"] == "media"
    assert town.rows(
        "intake",
        "SELECT count(*) FROM cases c WHERE external_id LIKE 'race-%%' AND said <> 2 + "
        "(SELECT count(*) FROM case_history WHERE case_id = c.id AND cause = 'media')",
    ) == [(0,)]


def test_what_cannot_be_taken_is_refused_with_a_reason_and_leaves_nothing(town: TemporaryTown) -> None:
    before = sorted(stored(town))
    for content, media_type, status in [
        (b"", "image/jpeg", 422),
        (b"<svg onload=alert(1)>", "image/jpeg", 422),
        (b"\0\0\0\x20ftypheic" + bytes(100), "image/heic", 422),
        (fresh_photo(), "video/mp4", 422),
        (fresh_photo()[:700], "image/jpeg", 422),
        (video()[:300], "video/mp4", 422),
        (fresh_photo() + bytes(MIB), "image/jpeg", 413),
        (b"#!AMR\n" + bytes(30 * MIB), "audio/amr", 413),
    ]:
        answer = bring(town, content, media_type)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
        assert status == 413 or all(answer.json()["reasons"][0][name] for name in ("field", "problem", "repair"))
    assert sorted(stored(town)) == before


def test_half_an_upload_leaves_nothing_and_harms_nobody(town: TemporaryTown) -> None:
    before = sorted(stored(town))
    content = fresh_photo()
    token = town.token("member", "m001")
    common = f"POST /intake/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n".encode()
    chunk = hex(len(content))[2:].encode() + b"\r\n" + content + b"\r\n"
    for request, status in [
        (common + b"Content-Length: 99999\r\n\r\n" + content, 422),
        (common + b"Transfer-Encoding: chunked\r\n\r\n" + chunk[:200], 422),
        (common + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + content, 422),
        (common + b"\r\n", 400),
        (common + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + b"0\r\n\r\n", 201),
    ]:
        assert raw(town, request) == status
    incoming = [path for path in stored(town) if path.parent.name == "incoming"]
    assert incoming == [] and len(stored(town)) == len(before) + 2
    assert "Traceback" not in "".join(process.log.read_text() for process in town.processes)


def raw(town: TemporaryTown, request: bytes) -> int:
    """The status that answers these bytes, after which nothing more comes."""
    host, _, port = town.url("intake").removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return int(connection.recv(65536).split(b" ")[1])


def test_who_answers_brings_media_by_a_link_for_one_case(town: TemporaryTown) -> None:
    number = report(town, "answer-1")
    access = Access(town.secrets.read("intake", "key_ring"), 600)
    link = access.bring("reporter/answer-1", number, 60)
    content = fresh_photo("WEBP")
    assert ask(town, "POST", link, data=content, headers={"Content-Type": "image/webp"}).status_code == 201
    assert [(row["role"], row["kind"]) for row in shown(town, number)] == [("answer", "media")]
    assert town.rows("intake", "SELECT uploaded_by FROM media WHERE reference = %s", reference_of(content)) == [
        ("reporter/answer-1",)
    ]
    assert ask(town, "POST", link.replace(number, "20260101-000001"), data=content).status_code == 403
    nowhere = access.bring("reporter/x", "20260101-000001", 60)
    assert ask(town, "POST", nowhere, data=fresh_photo()).status_code == 404
    assert ask(town, "GET", link).status_code == 405


def test_a_page_without_scripts_brings_photos_and_gets_its_visitor_back(town: TemporaryTown) -> None:
    number = report(town, "answer-2")
    access = Access(town.secrets.read("intake", "key_ring"), 600)
    link = access.bring("reporter/answer-2", number, 60, "/callback/a/x?lang=en")

    def send(**files: Any) -> str:
        answer = ask(town, "POST", link, files=files, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].removeprefix("/callback/a/x?lang=en&photo=")

    content = fresh_photo()
    assert send(photo=("p.jpg", content)) == reference_of(content)
    assert [(row["role"], row["kind"]) for row in shown(town, number)] == [("answer", "media")]
    assert send(photo=("p.pdf", b"%PDF-1.7 is no photo")) == "refused"
    assert send(photo=("", b"")) == send(other=("p.jpg", fresh_photo())) == "missing"
    assert send(photo=("p.jpg", photo("BMP", (1500, 1500)))) == "large"
    assert ask(town, "POST", link.replace("%2Fx%3F", "%2Fy%3F"), files={"photo": content}).status_code == 403
    for _ in range(8):
        assert send(photo=("p.jpg", fresh_photo())).startswith("m-")
    assert send(photo=("p.jpg", fresh_photo())) == "refused"  # nobody fills the store with one link
    assert len(shown(town, number)) == 9


def test_the_client_library_uploads_and_knows_the_reference_before(town: TemporaryTown, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(fresh_photo())
    url, token = town.url("intake"), town.token("source", "hotline")
    assert client.upload(url, token, file) == client.upload(url, token, file) == client.reference_of(file)
    file.write_bytes(b"%PDF-1.7")
    with pytest.raises(UploadRefused, match="send a photo of it"):
        client.upload(url, token, file)
    with pytest.raises(UploadRefused, match="token"):
        client.upload(url, "x", file)
    with pytest.raises(UploadFailed, match="try again later"):
        client.upload("http://127.0.0.1:9", token, file, timeout=1)


def test_what_nobody_refers_to_any_more_is_forgotten(town: TemporaryTown) -> None:
    alone, shared = (bring(town, fresh_photo()).json()["reference"] for _ in range(2))
    numbers = [report(town, "forget-1", media=[alone, shared]), report(town, "forget-2", media=[shared])]
    ids = [town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)[0][0] for number in numbers]
    link = next(row["link"] for row in shown(town, numbers[0]) if row["reference"] == alone)
    store = open_store(MediaSettings(str(town.logs / "media"), "", "", {}, 600))
    pool = Pool(town.secrets.read("intake", "database_url"), 1, "test")
    open_work = opener(pool, NullRelay(), f"/{town.name}/intake", Work)
    files = len(stored(town))
    assert forget_media(ids[:1], store, open_work) == 2  # the photo and its thumbnail
    assert forget_media(ids[:1], store, open_work) == 0
    assert len(stored(town)) == files - 2
    assert ask(town, "GET", link).status_code == 404
    assert shown(town, numbers[0]) == [] and shown(town, numbers[1])[0]["kind"] == "media"
    with contextlib.closing(pool):
        assert forget_media(ids, store, open_work) == 2


def say(town: TemporaryTown, kind: str, data: dict[str, Any], number: str, case_id: str, sequence: int) -> None:
    event = Event(
        new_id(),
        kind,
        f"/{town.name}/dispatch",
        "2026-11-23T09:00:00+08:00",
        data,
        subject=number,
        correlationid=case_id,
        sequence=sequence,
    )
    with town.broker() as connection:
        connection.channel().basic_publish("messages", f"{kind}.normal", event.encode())
