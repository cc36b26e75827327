"""Members sign in, stay signed in, and are signed out; whoever guesses, copies or forges gets nowhere."""

from __future__ import annotations

import base64
import csv
import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from deploy.provision.servers import Servers
from tests.support.chat_platforms import ChatPlatforms, chat_platforms
from tests.support.town import TemporaryTown

OWN = "a long password of my own"
HERE = "198.51.100.7"


class People:
    """The members of a town, as their clients see it."""

    def __init__(self, town: TemporaryTown, platforms: ChatPlatforms, first_passwords: dict[str, str]):
        self.town, self.platforms, self._first = town, platforms, first_passwords

    def post(self, path: str, body: Any, token: str = "", address: str = HERE) -> requests.Response:
        headers = {"X-Forwarded-For": address} | ({"Authorization": f"Bearer {token}"} if token else {})
        return requests.post(f"{self.town.url('dispatch')}/dispatch/{path}", json=body, headers=headers, timeout=30)

    def get(self, path: str, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.town.url('dispatch')}/dispatch/{path}", headers=headers, timeout=30)

    def signs_in(self, member: str, password: str = OWN, address: str = HERE, **more: Any) -> requests.Response:
        return self.post("sign-in", {"member_id": member, "password": password} | more, address=address)

    def first_password(self, member: str) -> str:
        return self._first.pop(member)

    def signed_in(self, member: str) -> dict[str, Any]:
        """The tokens of a member who has changed the first password."""
        first = self._first.pop(member, None)
        answer = self.signs_in(member, first, new_password=OWN) if first else self.signs_in(member)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def journal(self, member: str) -> list[str]:
        rows = self.town.rows("dispatch", "SELECT what FROM access_journal WHERE member_id = %s ORDER BY id", member)
        return [what for (what,) in rows]


@pytest.fixture(scope="module")
def people(servers: Servers, small_town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with (
        chat_platforms() as platforms,
        TemporaryTown(servers, small_town, ("dispatch",), logs=tmp_path_factory.mktemp("logs")) as town,
    ):
        town.start("dispatch", wait=False, **platforms.settings())
        until = time.monotonic() + 60
        while any("empty" not in problem for problem in town.of("dispatch")[0].problems()):
            assert time.monotonic() < until, town.of("dispatch")[0].tail()
            time.sleep(0.1)
        yield People(town, platforms, first_passwords(town, tmp_path_factory.mktemp("passwords") / "first.csv"))


def first_passwords(town: TemporaryTown, file: Path) -> dict[str, str]:
    """Of everybody but m004, who has none; nobody else may read the file."""
    with town.database("dispatch", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE members SET active = false WHERE member_id = 'm004'")
        assert json.loads(town.admin("dispatch", "first-passwords", str(file), "--dry-run"))["passwords"] == 14
        assert not file.exists()
        assert json.loads(town.admin("dispatch", "first-passwords", str(file)))["passwords"] == 14
        cursor.execute("UPDATE members SET active = true WHERE member_id = 'm004'")
    assert file.stat().st_mode & 0o077 == 0
    return {row["member_id"]: row["password"] for row in csv.DictReader(file.open(encoding="utf-8-sig"))}


def test_a_member_gets_a_password_changes_it_and_signs_in(people: People) -> None:
    given = people.first_password("m002")
    assert people.signs_in("m002", given).status_code == 422  # it has to be changed
    for weak in ("short", "aaaaaaaaaaaa", "1234567890", "m002-m002-m002", given):
        refused = people.signs_in("m002", given, new_password=weak)
        assert refused.status_code == 422 and refused.json()["reasons"][0]["field"] == "new_password"
    assert people.signs_in("m002", given, new_password=OWN).status_code == 200
    assert people.signs_in("m002", given).status_code == 401
    body = people.signs_in("m002", device="第一部手机").json()
    assert (body["role"], body["post"], body["area"], body["member_id"]) == ("member", "worker", None, "m002")
    assert people.get("orders", body["access_token"]).json() == {"orders": []}
    shown = people.get("sessions", body["access_token"]).json()["sessions"]
    assert [s["device"] for s in shown if s["this"]] == ["第一部手机"]
    assert people.journal("m002") == ["password_set", "password_set", "signed_in", "refused", "signed_in"]


def test_a_forgotten_password_is_set_anew(people: People) -> None:
    old = people.signed_in("m003")
    given = json.loads(people.town.admin("dispatch", "set-password", "m003"))["password"]
    assert people.post("refresh", {"refresh_token": old["refresh_token"]}).status_code == 401
    assert people.signs_in("m003").status_code == 401
    assert people.signs_in("m003", given, new_password="another long password").status_code == 200


def test_what_a_token_says_comes_from_the_list_of_members(people: People) -> None:
    for member, role, post, area in (
        ("m001", "leader", "leader", "g001"),
        ("guide1", "leader", "guide", "330822111201"),
        ("checker1", "member", "checker", None),
        ("desk1", "desk", "desk", None),
    ):
        body = people.signed_in(member)
        key = jwt.PyJWK(requests.get(f"{people.town.url('dispatch')}/dispatch/keys", timeout=30).json()["keys"][0])
        claims = jwt.decode(body["access_token"], key, algorithms=["EdDSA"])
        assert (claims["sub"], claims["role"], claims["post"], claims.get("area")) == (member, role, post, area)
        assert claims["town"] == people.town.name and claims["exp"] - claims["iat"] == body["expires_in"] == 600


def test_nobody_learns_whether_there_is_such_a_member(people: People) -> None:
    known = people.signs_in("m003", "a wrong password", "192.0.2.1")
    unknown = people.signs_in("nobody", "a wrong password", "192.0.2.1")
    without = people.signs_in("m004", "a wrong password", "192.0.2.1")
    assert known.status_code == unknown.status_code == without.status_code == 401
    assert known.json() == unknown.json() == without.json()


def test_fifty_guesses_at_once_are_five(people: People) -> None:
    people.signed_in("m005")
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda n: people.signs_in("m005", f"guess {n} of many", f"192.0.2.{n}"), range(50)))
    counted = sorted(answer.status_code for answer in answers)
    assert counted == [401] * 5 + [429] * 45
    late = people.signs_in("m005")
    assert late.status_code == 429 and 0 < int(late.headers["Retry-After"]) <= 300
    assert people.journal("m005").count("refused") == 5


def test_an_address_that_tries_many_names_waits(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda n: people.signs_in(f"x{n}", "some password", "203.0.113.9"), range(80)))
    refused = [answer for answer in tried if answer.status_code == 429]
    assert 5 <= len(refused) <= 20 and all(0 < int(answer.headers["Retry-After"]) <= 5 for answer in refused)
    assert people.signs_in("m002", "a wrong password", "203.0.113.10").status_code == 401  # from elsewhere


def test_a_session_goes_on_by_its_refresh_token(people: People) -> None:
    first = people.signed_in("m006")
    second = people.post("refresh", {"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    lost = people.post("refresh", {"refresh_token": first["refresh_token"]})  # the answer was lost on the way
    assert lost.json()["refresh_token"] == second.json()["refresh_token"] != first["refresh_token"]
    third = people.post("refresh", {"refresh_token": second.json()["refresh_token"]}).json()
    assert people.get("sessions", third["access_token"]).status_code == 200


def test_a_refresh_token_that_was_copied_ends_the_session(people: People) -> None:
    token = people.signed_in("m007")["refresh_token"]
    newest = people.post("refresh", {"refresh_token": token}).json()["refresh_token"]
    newest = people.post("refresh", {"refresh_token": newest}).json()["refresh_token"]
    assert people.post("refresh", {"refresh_token": token}).status_code == 401
    assert people.post("refresh", {"refresh_token": newest}).status_code == 401
    assert people.journal("m007")[-1] == "session_ended"


def test_ten_refreshes_at_once_are_one(people: People) -> None:
    token = people.signed_in("m008")["refresh_token"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: people.post("refresh", {"refresh_token": token}), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_a_refresh_token_is_not_made_up(people: People) -> None:
    token = people.signed_in("m009")["refresh_token"]
    session, turn, proof = token.split(".")
    for wrong in (
        "",
        "x",
        f"{session}.2.{proof}",
        f"{uuid.uuid4()}.{turn}.{proof}",
        f"{session}.{turn}.",
        f"{session}.{turn}.{proof[:-1]}",
        f"{session}.0{turn}.{proof}",
        f"{session}.{turn}.{proof}.x",
        f"{session}.{10**30}.{proof}",
        "é.1.é",
    ):
        assert people.post("refresh", {"refresh_token": wrong}).status_code == 401, wrong
    assert people.post("refresh", {"refresh_token": token}).status_code == 200  # guesses did it no harm


def test_signing_out_and_being_signed_out(people: People) -> None:
    mine, other = people.signed_in("m010"), people.signs_in("m010").json()
    assert people.post("sign-out", {"refresh_token": other["refresh_token"]}).json() == {"ended": 1}
    assert people.post("sign-out", {"refresh_token": other["refresh_token"]}).json() == {"ended": 0}
    assert people.post("refresh", {"refresh_token": other["refresh_token"]}).status_code == 401
    stranger = people.signed_in("m011")["access_token"]
    path = f"sessions/{mine['session_id']}/end"
    assert people.post(path, {}, stranger).status_code == 404
    assert people.get("sessions?member=m010", stranger).status_code == 404
    desk = people.signed_in("desk1")["access_token"]
    assert [s["session_id"] for s in people.get("sessions?member=m010", desk).json()["sessions"]] == [
        mine["session_id"]
    ]
    assert people.post(path, {}, desk).json() == {"ended": 1}
    assert people.post("refresh", {"refresh_token": mine["refresh_token"]}).status_code == 401


def test_who_has_left_or_was_revoked_gets_no_more_tokens(people: People) -> None:
    tokens = people.signed_in("m012")
    assert json.loads(people.town.admin("dispatch", "end-sessions", "m012"))["ended"] == 1
    assert people.post("refresh", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    tokens = people.signs_in("m012").json()
    with people.town.database("dispatch", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE members SET active = false WHERE member_id = 'm012'")
    assert people.post("refresh", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert people.signs_in("m012").status_code == 401
    newest = json.loads(people.town.admin("dispatch", "access-journal", "m012").splitlines()[0])
    assert (newest["what"], newest["note"]) == ("session_ended", "over")


def test_one_time_codes(people: People) -> None:
    member = "checker1"
    token = people.signed_in(member)["access_token"]
    assert people.post("second-factor", {"password": "a wrong password"}, token).status_code == 401
    offered = people.post("second-factor", {"password": OWN}, token).json()
    assert offered["uri"].startswith("otpauth://totp/")
    assert people.signs_in(member).status_code == 200  # not asked for before the first code was shown
    app = TOTP(base64.b32decode(offered["secret"]), 6, SHA1(), 30)
    now = int(time.time())
    wrong = f"{(int(app.generate(now)) + 1) % 10**6:06d}"
    assert people.post("second-factor", {"password": OWN, "code": wrong}, token).status_code == 401
    first = app.generate(now).decode()
    assert people.post("second-factor", {"password": OWN, "code": first}, token).json()["confirmed"]
    asked = people.signs_in(member)
    assert asked.status_code == 401 and asked.json()["reasons"][0]["field"] == "code"
    assert people.signs_in(member, code=first).status_code == 401  # a code is good once
    assert people.signs_in(member, code=app.generate(now + 30).decode()).json()["post"] == "checker"
    assert people.signs_in(member, code=app.generate(now + 30).decode()).status_code == 401
    people.town.admin("dispatch", "drop-code", member)
    assert people.signs_in(member).status_code == 200
    secret = people.town.rows("dispatch", "SELECT string_agg(c::text, ' ') FROM credentials c")[0][0]
    assert offered["secret"] not in secret and OWN not in secret


@pytest.mark.parametrize("name", ["dingtalk", "wecom"])
def test_a_member_signs_in_by_a_chat_platform(people: People, name: str) -> None:
    platforms, path = people.platforms, f"sign-in/{name}"
    unknown = people.post(path, {"code": platforms.code_for(f"user-{name}")})
    assert unknown.status_code == 401 and "link" in unknown.json()["detail"]
    token = people.signed_in("m001")["access_token"]
    assert people.post(f"accounts/{name}", {"code": platforms.code_for(f"user-{name}")}, token).status_code == 200
    given, code = platforms.tokens_given, platforms.code_for(f"user-{name}")
    body = people.post(path, {"code": code, "device": "chat"}).json()
    assert (body["member_id"], body["role"], body["area"]) == ("m001", "leader", "g001")
    assert people.post(path, {"code": code}).status_code == 401  # the platform takes a code once
    assert platforms.tokens_given == given  # one application's token for many
    platforms.forget_tokens()
    assert people.post(path, {"code": platforms.code_for(f"user-{name}")}).status_code == 200
    assert people.post(path, {"code": platforms.code_for("outsider")}).status_code == 401
    for broken in ((500, b"{}"), (200, b"no JSON"), (200, b"[]"), (200, b'{"errcode": 88888}'), (302, b"{}")):
        platforms.broken = broken
        answer = people.post(path, {"code": "x"})
        platforms.broken = None
        assert answer.status_code == 503 and "secret" not in answer.text, broken
    people.town.admin("dispatch", "link-account", "m002", name, f"user-{name}")
    assert people.post(path, {"code": platforms.code_for(f"user-{name}")}).json()["member_id"] == "m002"


def test_a_platform_that_the_town_does_not_use_is_not_found(people: People) -> None:
    assert people.post("sign-in/github", {"code": "x"}).status_code == 404


def test_nothing_secret_is_logged_and_the_journal_stays(people: People) -> None:
    log = people.town.of("dispatch")[0].log.read_text(encoding="utf-8", errors="replace")
    for secret in (OWN, "a secret that is never shown", HERE):
        assert secret not in log
    assert not any("192.0.2" in str(row) for row in people.town.rows("dispatch", "SELECT subject FROM attempts"))
    with people.town.database("dispatch") as connection, connection.cursor() as cursor:
        with pytest.raises(Exception, match="appended, never edited"):
            cursor.execute("DELETE FROM access_journal")
