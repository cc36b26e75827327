"""Tokens that somebody has made up, changed, kept too long or taken from another town open no door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from shared.http.entrypoint import Http
from shared.http.problems import Forbidden, Unauthorized
from shared.http.tokens import Caller, verify

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
NOW = int(time.time())
GOOD: dict[str, Any] = {
    "sub": "hotline",
    "role": "source",
    "town": "here",
    "iat": NOW,
    "exp": NOW + 86400,
}


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "EdDSA", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers=header or None)


def _with_secret(header: dict[str, Any], secret: bytes) -> str:
    """HMAC with what everybody knows: the public key."""
    text = f"{_part(header)}.{_part(GOOD)}"
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _changed(token: str, **claims: Any) -> str:
    """Other claims under the old signature."""
    head, _, signature = token.split(".")
    return f"{head}.{_part(GOOD | claims)}.{signature}"


MADE_UP = {
    "none": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(GOOD)}.",
    "None": f"{_part({'alg': 'None'})}.{_part(GOOD)}.",
    "none with a signature": f"{_part({'alg': 'none'})}.{_part(GOOD)}.{_signed(GOOD).rpartition('.')[2]}",
    "no algorithm": f"{_part({'typ': 'JWT'})}.{_part(GOOD)}.{_signed(GOOD).rpartition('.')[2]}",
    "HMAC with the public key": _with_secret({"alg": "HS256", "typ": "JWT"}, PUBLIC),
    "HMAC with the public key, without its last line end": _with_secret({"alg": "HS256"}, PUBLIC.strip()),
    "HMAC under the name of EdDSA": _with_secret({"alg": "EdDSA"}, PUBLIC),
    "RSA": _signed(GOOD, rsa.generate_private_key(65537, 2048), "RS256"),
    "ECDSA": _signed(GOOD, ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "another key": _signed(GOOD, OTHER),
    "another key, brought along": _signed(
        GOOD, OTHER, jwk=json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(OTHER.public_key()))
    ),
    "a key from elsewhere": _signed(GOOD, OTHER, kid="../../dev/null", jku="http://example.org/keys"),
    "another role": _changed(_signed(GOOD), role="desk"),
    "another name": _changed(_signed(GOOD), sub="portal"),
    "a longer life": _changed(_signed(GOOD), exp=NOW + 10**6),
    "without signature": _signed(GOOD).rpartition(".")[0] + ".",
    "expired": _signed(GOOD | {"exp": NOW - 1}),
    "for ever": _signed({key: value for key, value in GOOD.items() if key != "exp"}),
    "not yet": _signed(GOOD | {"nbf": NOW + 864000}),
    "made in the future": _signed(GOOD | {"iat": NOW + 864000}),
    "another town": _signed(GOOD | {"town": "there"}),
    "two towns": _signed(GOOD | {"town": ["here", "there"]}),
    "no town": _signed({key: value for key, value in GOOD.items() if key != "town"}),
    "no role": _signed({key: value for key, value in GOOD.items() if key != "role"}),
    "nobody": _signed({key: value for key, value in GOOD.items() if key != "sub"}),
    "a name that is a list": _signed(GOOD) and _changed(_signed(GOOD), sub=["hotline"]),
    "a time that is text": _changed(_signed(GOOD), exp="soon"),
    "for another audience": _signed(GOOD | {"aud": "billing"}),
    "no token": "",
    "one part": "abc",
    "four parts": _signed(GOOD) + ".x",
    "not base64": "$$$.$$$.$$$",
    "without end": "a" * 100_000,
}


@pytest.mark.parametrize("name", MADE_UP)
def test_it_opens_no_door(name: str) -> None:
    with pytest.raises(Unauthorized) as refusal:
        verify(f"Bearer {MADE_UP[name]}", PUBLIC.decode(), "here")
    assert "BEGIN PUBLIC KEY" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["", "Basic ", "bearer", "Token ", "Bearer\t", "Bearer,"])
def test_only_a_bearer_is_asked(scheme: str) -> None:
    with pytest.raises(Unauthorized):
        verify(f"{scheme}{_signed(GOOD)}", PUBLIC.decode(), "here")


def test_a_good_one_says_who_asks() -> None:
    assert verify(f"Bearer {_signed(GOOD)}", PUBLIC.decode(), "here") == Caller("hotline", "source")
    assert verify(f"bearer  {_signed(GOOD)} ", PUBLIC.decode(), "here") == Caller("hotline", "source")


def test_where_the_rights_of_a_caller_end() -> None:
    """A route that does not look at areas itself lets nobody in whose rights end at one."""
    claims = GOOD | {"sub": "m001", "role": "leader", "area": "g001", "post": "leader", "sid": "s1"}
    caller = verify(f"Bearer {_signed(claims)}", PUBLIC.decode(), "here")
    assert caller == Caller("m001", "leader", "g001", "leader", "s1")
    for in_area, area, comes_in in (
        (False, None, True),
        (True, None, True),
        (True, "g001", True),
        (False, "g001", False),
    ):
        route = Http("GET", "/x", roles=["leader"], in_area=in_area, authenticate=_as(Caller("m001", "leader", area)))
        route.container = SimpleNamespace(config={"settings": None})
        request = Request(EnvironBuilder().get_environ())
        if comes_in:
            route._admit(request)
            assert request.environ["wangge.caller"].area == area
        else:
            with pytest.raises(Forbidden, match="g001"):
                route._admit(request)


def _as(caller: Caller) -> Any:
    return lambda request, settings: caller
