"""Hostile input at every door of intake: it is answered, harms nobody, and what is only text stays what it is.

A new door is a line in DOORS: a function that delivers (id, body) pairs and gives back for each id what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pika
import pytest
import requests

from deploy.provision.servers import Servers
from tests.integration.test_intake_doors import post, report, start_with_a_grid
from tests.support import hostile
from tests.support.town import TemporaryTown
from tests.support.waiting import until


class Answer(NamedTuple):
    """What the source is told of one report."""

    taken: bool
    reasons: list[dict[str, str]]
    number: str | None = None


Door = Callable[[TemporaryTown, dict[str, bytes]], dict[str, Answer]]
MOST = 512 * 1024  # bytes of a message that the broker takes
UNLIMITED = (
    """UPDATE sources SET settings = settings || '{"limits": {"error_share": 1}}'"""  # rubbish slows nobody down here
)
LONG = 60.0  # seconds for ten megabytes on a busy machine


def by_http(town: TemporaryTown, bodies: dict[str, bytes]) -> dict[str, Answer]:
    headers = {"Authorization": f"Bearer {town.token('source', 'hotline')}", "Content-Type": "application/json"}

    def send(body: bytes) -> Answer:
        answer = requests.post(f"{town.url('intake')}/intake/reports", data=body, headers=headers, timeout=LONG)
        assert answer.status_code < 500, answer.text
        if answer.ok:
            return Answer(True, [], answer.json()["number"])
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        return Answer(False, problem.get("reasons") or [{"field": "", "problem": problem["detail"], "repair": ""}])

    return {name: send(body) for name, body in bodies.items()}


def by_amqp(town: TemporaryTown, bodies: dict[str, bytes]) -> dict[str, Answer]:
    """Reports in a CloudEvent; what is no report is the whole message."""
    with town.broker("sources", "hotline") as connection:
        channel = connection.channel()
        wholes = {name: body if name in hostile.NO_REPORT else _event(name, body) for name, body in bodies.items()}
        for name, whole in wholes.items():
            if len(whole) <= MOST:
                channel.basic_publish("reports", "hotline.normal", whole, pika.BasicProperties(message_id=name))
    refused = {name: _refused_by_the_broker(town, whole) for name, whole in wholes.items() if len(whole) > MOST}
    statement = (
        "SELECT external_id, body->>'reference', kind, body->'reasons', body->>'number' FROM feedback "
        "WHERE external_id = ANY(%s) OR body->>'reference' = ANY(%s)"
    )
    names = list(bodies)

    def answered() -> dict[str, Answer] | None:
        found = {}
        for external_id, reference, kind, reasons, number in town.rows("intake", statement, names, names):
            name = reference if reference in bodies else external_id
            found[name] = Answer(kind != "report_rejected", reasons or [], number)
        return found | refused if len(found) + len(refused) == len(bodies) else None

    return until(answered, LONG)


def _refused_by_the_broker(town: TemporaryTown, whole: bytes) -> Answer:
    """A message that is larger than any report: the broker itself says so and closes the channel."""
    with town.broker("sources", "hotline") as connection:
        channel = connection.channel()
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as closed:
            channel.basic_publish("reports", "hotline.normal", whole)
        return Answer(False, [{"field": "", "problem": closed.value.reply_text, "repair": ""}])


def _event(name: str, data: bytes) -> bytes:
    head = {"specversion": "1.0", "id": name, "source": "hotline", "type": "report.v1"}
    return json.dumps(head).encode()[:-1] + b', "data": ' + data + b"}"


ENVELOPES: list[dict[str, Any]] = [
    {"specversion": "2.0"},
    {"specversion": 1.0},
    {"id": 7},
    {"id": ""},
    {"id": "\0"},
    {"id": "x" * 100_000},
    {"source": ["hotline"]},
    {"type": None},
    {"type": "report.v2"},
    {"time": "soon"},
    {"time": "2026-11-23T09:00:00"},
    {"data": "text"},
    {"data": [{}]},
]
DOORS: dict[str, Door] = {"http": by_http, "amqp": by_amqp}


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """Intake alone; at the end nothing is parked, it is ready, neighbours are served, its logs can be read."""
    with TemporaryTown(servers, small_town, services=("intake",), logs=tmp_path_factory.mktemp("logs")) as town:
        with town.database("intake") as connection, connection.cursor() as cursor:
            cursor.execute(UNLIMITED)
        start_with_a_grid(town)
        yield town
        assert town.rows("intake", "SELECT handler, kind, reason FROM parked") == []
        assert post(town, "/intake/reports", "source", "portal", {"external_id": "n", "title": "x"}).status_code == 201
        (intake,) = town.of("intake")
        assert intake.alive
        assert requests.get(f"http://{intake.ops}/readyz", timeout=10).json()["problems"] == []
        lines = intake.log.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if "Traceback" in line] == []
        assert [line for line in lines if "forged=1" in line and not line.startswith("{")] == []
        assert all(json.loads(line)["town"] == town.name for line in lines if line.startswith("{"))


@pytest.fixture(params=DOORS)
def deliver(request: pytest.FixtureRequest, town: TemporaryTown) -> Callable[[dict[str, bytes]], dict[str, Answer]]:
    """Delivers named bodies by one door, each with an external id of its own: the door's and the body's name."""

    def deliver(bodies: dict[str, bytes]) -> dict[str, Answer]:
        own = {name: body.replace(b"%ID%", f"{request.param} {name}".encode()) for name, body in bodies.items()}
        if request.param == "http":
            return by_http(town, own)
        keyed = {name if name in hostile.NO_REPORT else f"{request.param} {name}": body for name, body in own.items()}
        answers = DOORS[request.param](town, keyed)
        return {name.removeprefix(f"{request.param} "): answer for name, answer in answers.items()}

    return deliver


def test_what_is_no_report_is_refused_with_a_reason(deliver: Any) -> None:
    answers = deliver(hostile.NO_REPORT)
    assert [name for name, answer in answers.items() if answer.taken] == []
    assert [name for name, answer in answers.items() if not answer.reasons[0]["problem"]] == []


def test_a_wrong_report_is_refused_with_the_reason_and_the_repair(deliver: Any) -> None:
    answers = deliver(hostile.WRONG)
    assert [name for name, answer in answers.items() if answer.taken] == []
    assert [name for name, answer in answers.items() if not answer.reasons[0]["problem"]] == []
    told = json.dumps([answer.reasons for answer in answers.values()])
    assert not any(word in told for word in ("Traceback", "psycopg2", "SELECT", "INSERT", "line 1,"))


def test_text_that_only_looks_dangerous_is_given_back_exactly(town: TemporaryTown, deliver: Any) -> None:
    answers = deliver(hostile.HARMLESS)
    assert [name for name, answer in answers.items() if not answer.taken] == []
    headers = {"Authorization": f"Bearer {town.token('desk', 'desk1')}"}
    for name, text in hostile.TEXTS.items():
        url = f"{town.url('intake')}/intake/cases/{answers[name].number}"
        case = requests.get(url, headers=headers, timeout=10).json()
        assert (case["title"], case["description"]) == (text.strip(), f"{text}·{text}".strip())


def test_what_may_be_taken_or_not_is_answered(town: TemporaryTown, deliver: Any) -> None:
    """And neither a case nor an answer is larger than somebody can read."""
    answers = deliver(hostile.EITHER)
    assert answers.keys() == hostile.EITHER.keys()
    assert max(len(json.dumps(answer.reasons)) for answer in answers.values()) < 10_000
    headers = {"Authorization": f"Bearer {town.token('desk', 'desk1')}"}
    for number in [answer.number for answer in answers.values() if answer.taken]:
        assert requests.get(f"{town.url('intake')}/intake/cases/{number}", headers=headers, timeout=10).ok


def test_an_external_id_may_look_like_anything(town: TemporaryTown) -> None:
    """One report and one case each, by whatever door it comes first and again."""
    bodies = {name: json.dumps({"external_id": name, "title": "井盖松动"}).encode() for name in hostile.IDS}
    first, again = by_amqp(town, bodies), by_http(town, bodies)
    assert all(answer.taken for answer in first.values())
    assert {name: answer.number for name, answer in again.items()} == {name: a.number for name, a in first.items()}
    stored = town.rows("intake", "SELECT external_id FROM reports WHERE external_id = ANY(%s)", list(hostile.IDS))
    assert sorted(name for (name,) in stored) == sorted(hostile.IDS)


def test_envelopes_that_are_none_are_refused(town: TemporaryTown) -> None:
    """A CloudEvent's own fields, wrong in every way; the reports between them become cases."""
    data = {"external_id": "e", "title": "t"}
    good = {"specversion": "1.0", "id": "e", "source": "hotline", "type": "report.v1", "data": data}
    wrong = [
        *(good | change for change in ENVELOPES),
        {key: value for key, value in good.items() if key != "data"},
        [good, good],
        [],
    ]
    messages = {f"envelope-{at}": json.dumps(event).encode() for at, event in enumerate(wrong)}
    with town.broker("sources", "hotline") as connection:
        channel = connection.channel()
        for name, body in messages.items():
            properties = pika.BasicProperties(message_id=name, content_type="text/\0html", headers={"x": "\0" * 100})
            channel.basic_publish("reports", "hotline.normal", body, properties)
            channel.basic_publish("reports", "hotline.normal", report(f"beside-{name}"))
    beside = [f"beside-{name}" for name in messages]
    until(lambda: len(town.rows("intake", "SELECT 1 FROM reports WHERE external_id = ANY(%s)", beside)) == len(beside))
    refused = "SELECT 1 FROM feedback WHERE kind = 'report_rejected' AND body->>'reference' = ANY(%s)"
    until(lambda: len(town.rows("intake", refused, [*messages, "e"])) == len(messages))
    assert town.rows("intake", "SELECT 1 FROM reports WHERE external_id = 'e'") == []


@pytest.mark.parametrize(
    "path",
    [
        "/intake/cases/%00",
        "/intake/cases/%ff%fe",
        "/intake/cases/..%2f..%2fetc%2fpasswd",
        "/intake/cases/" + "9" * 5000,
        "/intake/cases/1'%20OR%20'1'='1",
        "/intake/cases?state=%27;DROP%20TABLE%20cases;--",
        "/intake/cases?source=%00",
        "/intake/cases?state=%ed%a0%80",
        "/intake/cases?" + "&".join(f"a{i}={i}" for i in range(500)),
        "/intake/sources/%2e%2e/reconciliation",
        "/intake/sources/" + "x" * 2000 + "/reconciliation",
        "/intake//cases",
        "/intake/cases/",
        "/%00",
        "/metrics",
    ],
)
def test_hostile_addresses_are_no_fault_of_ours(town: TemporaryTown, path: str) -> None:
    headers = {"Authorization": f"Bearer {town.token('desk', 'desk1')}"}
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        answer = requests.request(method, town.url("intake") + path, headers=headers, timeout=10)
        assert answer.status_code < 500, (method, answer.text)
        assert answer.headers["Content-Type"].startswith("application/")
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/xml"},
        {"Content-Type": ""},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "multipart/form-data; boundary=" + "x" * 500},
        {"Content-Encoding": "gzip"},
        {"X-Large": "x" * 5000},
        {"traceparent": "00-" + "z" * 60},
        {"X-Forwarded-For": "'; --"},
        {"Expect": "200-nothing"},
    ],
)
def test_hostile_headers_are_no_fault_of_ours(town: TemporaryTown, headers: dict[str, str]) -> None:
    known = {"Authorization": f"Bearer {town.token('source', 'hotline')}"}
    body = json.dumps({"external_id": f"header {headers}"[:200], "title": "t"}).encode()
    answer = requests.post(f"{town.url('intake')}/intake/reports", data=body, headers=known | headers, timeout=10)
    assert answer.status_code < 500, answer.text


def test_a_body_without_a_length_is_bounded_too(town: TemporaryTown) -> None:
    headers = {"Authorization": f"Bearer {town.token('source', 'hotline')}"}
    parts = (b" " * 2**16 for _ in range(160))
    answer = requests.post(f"{town.url('intake')}/intake/reports", data=parts, headers=headers, timeout=LONG)
    assert 400 <= answer.status_code < 500, answer.text


def test_fifty_at_once_harm_nobody(town: TemporaryTown) -> None:
    """Hostile and good reports at the same time: every good one becomes a case."""
    bad = [body for name, body in hostile.WRONG.items() if len(body) < 10_000]
    bodies = [
        body
        for at in range(25)
        for body in (bad[at % len(bad)], json.dumps({"external_id": f"good {at}", "title": "t"}).encode())
    ]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda body: by_http(town, {"one": body})["one"], bodies))
    assert [answer.taken for answer in answers] == [False, True] * 25
