"""The machinery's pure parts: envelope, message reader, grouping for the broker, sealing, query files, names."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from shared.db.queries import Queries, QueryFileError
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import MAX_EVENTS, Event, Unreadable, decode, new_id, new_trace
from shared.messaging.hears import Hears
from shared.messaging.message import Malformed, Message
from shared.messaging.topology import check_name
from shared.observability.logs import fault
from shared.outbox.lanes import FEED_AT_ONCE, Lanes
from shared.outbox.quarantine import Bodies
from shared.outbox.relay import grouped
from shared.outbox.unit_of_work import Row
from shared.sealing import KeyRing, SealError, SealingKey
from shared.settings import Environment, SettingsError, read


class Spoken(Message):
    """A message for these tests."""

    TYPE = "test.spoken.v1"
    text = fields.String(required=True)
    count = fields.Integer(load_default=7)
    ratio = fields.Float(allow_none=True, load_default=None)


def event(data: dict[str, Any]) -> Event:
    return Event(new_id(), Spoken.TYPE, "/t/test", "2026-11-23T09:00:00+08:00", data)


def test_an_event_survives_the_wire() -> None:
    said = Spoken.say("/t/test", "n1", "c1", 3, "urgent", None, text="你好")
    assert decode(said.encode()) == [said]
    assert decode(b"[" + said.encode() + b"," + said.encode() + b"]") == [said, said]


def test_the_trace_goes_on_and_the_cause_is_named() -> None:
    first = Spoken.say("/t/test", "n1", "c1", 1, "normal", None, text="a")
    second = Spoken.say("/t/test", "n1", "c1", 2, "normal", first, text="b")
    assert second.causationid == first.id
    assert second.traceparent and first.traceparent
    assert second.traceparent.split("-")[1] == first.traceparent.split("-")[1]
    assert len(new_trace("nonsense").split("-")[1]) == 32


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nul",
        b"3",
        b"[3]",
        b'{"id": "1"}',
        b'{"id": "1", "type": "t", "source": "s", "data": 3}',
        b'{"id": "1", "type": "t", "source": "s", "data": {}, "time": "gestern"}',
        b'{"id": "1", "type": "t", "source": "s", "data": {}, "time": "2026-11-23T09:00:00"}',
        b" " * (1024 * 1024 + 1),
        b'{"id": "1", "type": "t", "source": "s", "data": {"x": NaN}}',
    ],
)
def test_what_is_no_cloudevent_says_why(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        decode(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text("a字", max_size=3),
    lambda inner: st.lists(inner, max_size=2),
)


@given(st.dictionaries(st.sampled_from(["text", "count", "ratio", "more"]), JSON))
def test_the_quick_reader_agrees_with_marshmallow(data: dict[str, Any]) -> None:
    try:
        expected = Spoken().load(data)
    except ValidationError:
        with pytest.raises(Malformed, match=Spoken.TYPE):
            Spoken.heard(event(data))
    else:
        assert vars(Spoken.heard(event(data))) == expected


def test_undeclared_data_cannot_be_said() -> None:
    with pytest.raises(TypeError, match="colour"):
        Spoken.say("/t/test", "n1", None, None, "normal", None, text="a", colour="red")


@given(st.lists(st.tuples(st.sampled_from(["a.b.v1.normal", "a.c.v1.urgent"]), st.integers(1, 9000)), max_size=300))
def test_grouping_keeps_every_row_in_order_within_bounds(sizes: list[tuple[str, int]]) -> None:
    rows = [Row(str(i), "messages", key, "x" * size) for i, (key, size) in enumerate(sizes)]
    groups = list(grouped(rows))
    assert all(len({row.routing_key for row in group}) == 1 and len(group) <= MAX_EVENTS for group in groups)
    assert all(len(group) == 1 or sum(len(row.body) for row in group) <= 256 * 1024 for group in groups)
    for key in {row.routing_key for row in rows}:
        assert [r.id for g in groups for r in g if r.routing_key == key] == [r.id for r in rows if r.routing_key == key]


def test_rows_of_other_exchanges_travel_alone() -> None:
    rows = [Row(str(i), "members", "m017", "{}") for i in range(3)]
    assert [len(group) for group in grouped(rows)] == [1, 1, 1]


@given(st.lists(st.sampled_from(["messages", "members", "feed"]), max_size=400))
def test_the_feed_waits_for_the_others_and_each_lane_keeps_its_order(exchanges: list[str]) -> None:
    rows, lanes = [Row(str(i), exchange, "k", "{}") for i, exchange in enumerate(exchanges)], Lanes()
    lanes.put(rows)
    first = lanes.take()
    others = [row for row in rows if row.exchange != "feed"]
    assert first[: len(others)] == others, "whatever somebody's work waits for goes out at once, and first"
    assert len(first) - len(others) <= FEED_AT_ONCE
    fed = first[len(others) :]
    while some := lanes.take():
        fed += some
    assert fed == [row for row in rows if row.exchange == "feed"] and not lanes


def ring(current: str, *ids: str) -> KeyRing:
    keys = {key_id: base64.b64encode(key_id.encode() * 16).decode() for key_id in ids}
    return KeyRing(json.dumps({"current": current, "keys": keys}))


RING = {
    "current": "k1",
    "keys": {key_id: base64.b64encode(key_id.encode() * 16).decode() for key_id in ("k1", "k2")},
    "index": base64.b64encode(b"i" * 32).decode(),
}


def test_sealed_values_open_only_for_their_own_record_and_field() -> None:
    keys = ring("k1", "k1")
    sealed = keys.seal("19900000001", "case-1", "contact")
    assert "19900000001" not in sealed
    assert keys.open(sealed, "case-1", "contact") == "19900000001"
    for record, field in (("case-2", "contact"), ("case-1", "phone")):
        with pytest.raises(SealError):
            keys.open(sealed, record, field)
    with pytest.raises(SealError):
        keys.open("k1.damaged", "case-1", "contact")


def test_old_keys_stay_readable_while_they_are_in_the_ring() -> None:
    sealed = ring("k1", "k1").seal("x", "r", "f")
    assert ring("k2", "k1", "k2").open(sealed, "r", "f") == "x"
    with pytest.raises(SealError, match="k1"):
        ring("k2", "k2").open(sealed, "r", "f")


def test_who_has_the_sealing_key_seals_for_the_ring_and_knows_again_what_it_cannot_open() -> None:
    keys = KeyRing(json.dumps(RING))
    sealing, moved_on = SealingKey(keys.sealing_key()), KeyRing(json.dumps(RING | {"current": "k2"}))
    sealed = sealing.seal("19900000001", "member:m1", "phone")
    assert keys.open(sealed, "member:m1", "phone") == moved_on.open(sealed, "member:m1", "phone") == "19900000001"
    assert sealed != sealing.seal("19900000001", "member:m1", "phone")
    assert sealing.is_current(sealed) and not SealingKey(moved_on.sealing_key()).is_current(sealed)
    assert sealing.blind("x", "phone") == SealingKey(moved_on.sealing_key()).blind("x", "phone")
    assert len({sealing.blind("x", "phone"), sealing.blind("x", "chat"), keys.blind("x", "phone")}) == 3
    secrets = {base64.b64decode(key) for key in (*RING["keys"].values(), RING["index"])}  # type: ignore[attr-defined]
    assert not secrets & {base64.b64decode(v) for v in json.loads(keys.sealing_key()).values() if len(v) > 40}


@pytest.mark.parametrize("sealed", ["k1+.", "k1+.AAAA", "k9+.AAAA", "k1+." + "A" * 88])
def test_what_was_sealed_from_outside_and_is_damaged_says_so(sealed: str) -> None:
    with pytest.raises(SealError):
        KeyRing(json.dumps(RING)).open(sealed, "member:m1", "phone")


def test_what_a_data_key_has_sealed_is_lost_with_it() -> None:
    keys = ring("k1", "k1")
    wrapped = keys.new_data_key("person:1")
    sealed = keys.data_key(wrapped, "person:1").seal("19900000001", "report-1", "original")
    assert keys.data_key(wrapped, "person:1").open(sealed, "report-1", "original") == "19900000001"
    other = keys.data_key(keys.new_data_key("person:2"), "person:2")
    for key, record in ((other, "report-1"), (keys, "report-1"), (keys.data_key(wrapped, "person:1"), "report-2")):
        with pytest.raises(SealError):
            key.open(sealed, record, "original")
    with pytest.raises(SealError):
        keys.data_key(wrapped, "person:2")


def test_what_is_sealed_anew_needs_the_new_key_alone() -> None:
    sealed = ring("k1", "k1").seal("x", "r", "f")
    both = ring("k2", "k1", "k2")
    again = both.reseal(sealed, "r", "f")
    assert (both.is_current(sealed), both.is_current(again), both.reseal(again, "r", "f")) == (False, True, again)
    assert ring("k2", "k2").open(again, "r", "f") == "x"


def test_a_blind_index_is_the_same_after_a_rotation_and_says_nothing() -> None:
    one, other = (KeyRing(json.dumps(RING | {"current": current})) for current in ("k1", "k2"))
    index = one.blind("+8619900000001", "phone")
    assert index == other.blind("+8619900000001", "phone")
    assert "19900000001" not in index
    assert len({index, one.blind("+8619900000002", "phone"), one.blind("+8619900000001", "place")}) == 3
    with pytest.raises(SealError, match="provisioning"):
        ring("k1", "k1").blind("x", "phone")


@given(st.binary(min_size=8, max_size=300) | st.just(b""))
def test_a_parked_body_is_sealed_where_there_is_a_ring(body: bytes) -> None:
    plain, sealed = Bodies(""), Bodies(json.dumps(RING))
    assert plain.open(plain.close(body, "1"), "1") == body
    closed = sealed.close(body, "1")
    assert sealed.open(closed, "1") == body
    assert sealed.is_current(closed) and not Bodies(json.dumps(RING | {"current": "k2"})).is_current(closed)
    with pytest.raises(SealError):
        sealed.open(closed, "2")
    assert not body or body not in closed


def test_a_body_from_before_there_was_a_ring_is_read_as_it_is() -> None:
    assert Bodies(json.dumps(RING)).open(b"{}", "1") == b"{}"


def test_a_fault_is_told_without_what_it_was_about() -> None:
    try:
        {}["19900000001"]
    except KeyError as error:
        told = fault(error)
    assert told.startswith("KeyError at test_shared_machinery.py:") and "199" not in told
    assert fault(SealError("what we say ourselves")) == "SealError: what we say ourselves"


def test_a_query_needs_a_purpose_and_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "queries.sql"
    path.write_text("-- name: one\n-- The number one.\nSELECT 1\n")
    assert Queries(path).one.endswith("SELECT 1")
    path.write_text("-- name: one\nSELECT 1\n")
    with pytest.raises(QueryFileError, match="one"):
        Queries(path)


@pytest.mark.parametrize("name", [".*", "a", "A1", "m017\n", "x" * 40, "-a", "a.b", "{username}", "#"])
def test_names_that_say_more_than_a_name_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must match"):
        check_name(name)


def test_settings_say_what_is_missing(tmp_path: Path) -> None:
    secret = tmp_path / "uri"
    secret.write_text("amqp://x\n")
    assert Environment({"AMQP_URI_FILE": str(secret)}).get("AMQP_URI") == "amqp://x"
    with pytest.raises(SettingsError, match="AMQP_URI is not set"):
        Environment({}).get("AMQP_URI")
    with pytest.raises(SettingsError, match="cannot be read"):
        Environment({"AMQP_URI_FILE": str(tmp_path / "none")}).get("AMQP_URI")
    with pytest.raises(SettingsError, match="WANGGE_TOWN"):
        read("intake", {"WANGGE_TOWN": "Not A Town"})


class Parked:
    """Remembers what was set aside."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def park(self, what: list[Any], kind: str, reason: str) -> None:
        self.reasons.append(f"{kind}: {reason}")


@pytest.mark.parametrize(
    ("text", "is_read"),
    [("路灯", True), ("a\0b", False), ("\\\0", False), (r"a\u0000b", True), (r"\\u0000", True)],
)
def test_nul_is_set_aside_and_what_only_looks_like_it_is_read(text: str, is_read: bool) -> None:
    """A resident may write a backslash and u0000; a NUL would stop the database from taking in the whole batch."""
    parked, hears = Parked(), Hears("cases", Spoken)
    hears.container = SimpleNamespace(service_name="dispatch")
    arrival = Arrival(event({"text": text}).encode(), "test")
    assert [heard.text for heard in hears.read(arrival, parked)] == [text] * is_read
    assert len(parked.reasons) == (not is_read)
