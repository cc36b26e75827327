"""Signed links: good for what they were signed for, until they expire, as long as their key is in the ring."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.http.links import Links, derived, links
from shared.http.problems import Forbidden


def ring(*names: str) -> str:
    keys = {name: base64.b64encode(name.encode().ljust(32, b"x")).decode() for name in names}
    return json.dumps({"current": names[0], "keys": keys})


def parts(link: str) -> tuple[str, dict[str, str]]:
    return urlsplit(link).path, dict(parse_qsl(urlsplit(link).query))


SIGNER = Links(derived(ring("k1"), "media"))
PATH, QUERY = parts(SIGNER.sign("/intake/media/m-1", 86400, who="desk/desk1", size="full"))


def test_a_link_is_good_as_it_was_signed() -> None:
    SIGNER.check(PATH, QUERY)
    SIGNER.check(PATH, dict(reversed(QUERY.items())))  # the order says nothing


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (PATH + "0", QUERY),
        (PATH, QUERY | {"size": "thumbnail"}),
        (PATH, QUERY | {"who": "desk/desk2"}),
        (PATH, QUERY | {"expires": str(int(QUERY["expires"]) + 1)}),
        (PATH, QUERY | {"more": "1"}),
        (PATH, {name: value for name, value in QUERY.items() if name != "size"}),
        (PATH, QUERY | {"signature": QUERY["signature"][:-1]}),
        (PATH, QUERY | {"signature": "k2." + QUERY["signature"].partition(".")[2]}),
        (PATH, QUERY | {"signature": "."}),
        (PATH, QUERY | {"signature": "k1.é"}),
        (PATH, {}),
    ],
)
def test_nothing_in_it_can_be_changed(path: str, query: dict[str, str]) -> None:
    with pytest.raises(Forbidden, match="was changed"):
        SIGNER.check(path, query)


def test_it_expires() -> None:
    with pytest.raises(Forbidden, match="has expired"):
        SIGNER.check(*parts(SIGNER.sign(PATH, -1)))


def test_it_serves_one_purpose() -> None:
    with pytest.raises(Forbidden):
        Links(derived(ring("k1"), "answers")).check(PATH, QUERY)


def test_it_follows_the_rotation_of_the_ring() -> None:
    rotated, removed = links(ring("k2", "k1"), "media"), links(ring("k2"), "media")
    rotated.check(PATH, QUERY)
    assert parts(rotated.sign(PATH, 60))[1]["signature"].startswith("k2.")
    with pytest.raises(Forbidden):
        removed.check(PATH, QUERY)


def test_a_secret_is_the_same_for_the_same_thing_wherever_the_keys_are() -> None:
    given = Links(json.loads(json.dumps(derived(ring("k2", "k1"), "answers"))))
    secret = given.secret("follow-up 1", "k1")
    assert secret == Links(derived(ring("k1"), "answers")).secret("follow-up 1", given.current.replace("2", "1"))
    assert len(secret) == 22 and secret.replace("-", "").replace("_", "").isalnum()
    others = [given.secret("follow-up 2", "k1"), given.secret("follow-up 1", "k2"), SIGNER.secret("follow-up 1", "k1")]
    assert len({secret, *others}) == 4
    with pytest.raises(KeyError):
        Links(derived(ring("k2"), "answers")).secret("follow-up 1", "k1")


def test_derived_keys_open_nothing_of_the_ring() -> None:
    secret = json.loads(ring("k1"))["keys"]["k1"]
    assert secret not in json.dumps(derived(ring("k1"), "media"))
