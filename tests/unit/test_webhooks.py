"""Signed webhooks: what is not signed, too late or unreadable is a problem that says so, never a fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.problems import Problem, Unauthorized
from shared.http.webhooks import ID, SIGNATURE, TIMESTAMP, new_secret, sign, verify

SECRET, OLD = new_secret(), new_secret()
BODY = '{"title": "路灯"}'.encode()
MINUTE = dt.timedelta(minutes=1)


def signed(*secrets: str, at: dt.timedelta = 0 * MINUTE) -> dict[str, str]:
    return sign(secrets, "msg_1", dt.datetime.now(dt.UTC) + at, BODY)


@pytest.mark.parametrize("valid", [[SECRET], [SECRET, OLD], [OLD, SECRET]])
def test_any_valid_secret_will_do(valid: list[str]) -> None:
    assert verify(valid, signed(SECRET), BODY) == "msg_1"
    assert verify([SECRET], signed(OLD, SECRET), BODY) == "msg_1", "one signature of several"


@pytest.mark.parametrize(
    ("valid", "headers", "body", "kind"),
    [
        ([SECRET], lambda: signed(SECRET), BODY + b" ", Unauthorized),
        ([OLD], lambda: signed(SECRET), BODY, Unauthorized),
        ([], lambda: signed(SECRET), BODY, Unauthorized),
        ([SECRET], lambda: signed(SECRET) | {ID: "msg_2"}, BODY, Unauthorized),
        ([SECRET], lambda: signed(SECRET, at=-6 * MINUTE), BODY, Unauthorized),
        ([SECRET], lambda: signed(SECRET, at=6 * MINUTE), BODY, Unauthorized),
        ([SECRET], dict, BODY, Problem),
        ([SECRET], lambda: signed(SECRET) | {SIGNATURE: "no comma"}, BODY, Problem),
        ([SECRET], lambda: signed(SECRET) | {SIGNATURE: "v1,no base64!"}, BODY, Problem),
        ([SECRET], lambda: signed(SECRET) | {TIMESTAMP: "yesterday"}, BODY, Problem),
        ([SECRET], lambda: signed(SECRET) | {TIMESTAMP: "9" * 30}, BODY, Unauthorized),
        ([SECRET], lambda: signed(SECRET) | {ID: "x" * 300}, BODY, Problem),
        ([SECRET], lambda: signed(SECRET), b"\xff\xfe", Problem),
    ],
)
def test_what_is_wrong_is_a_problem(
    valid: list[str], headers: Callable[[], dict[str, str]], body: bytes, kind: type[Problem]
) -> None:
    """The headers are signed when the test runs: a signature is good for five minutes."""
    with pytest.raises(Problem) as raised:
        verify(valid, headers(), body)
    assert type(raised.value) is kind


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.binary())
def test_headers_of_any_kind_are_a_problem(webhook_id: str, timestamp: str, signature: str, body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        verify([SECRET], {ID: webhook_id, TIMESTAMP: timestamp, SIGNATURE: signature}, body)
    assert raised.value.status in (400, 401)
