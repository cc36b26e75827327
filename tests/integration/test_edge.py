"""The edge as it is shipped: paths to services, limits, answers when a service is away, nothing for operators."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from deploy.local import edge
from deploy.local.checkout import account, user_for, write_for
from deploy.provision.names import SERVICES
from tests.support.processes import free_port

AWAY = "callback"


class Fake(BaseHTTPRequestHandler):
    """Says which service it is and what it was asked."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"service": self.server.service, "path": self.path, "method": self.command}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None: ...


def fake(service: str) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.service = service
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@contextmanager
def nginx(replicas: dict[str, list[str]], port: int | None = None) -> Iterator[str]:
    """A real edge in front of these addresses, with its own account where all is run by root; gives its address."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-edge-"))
    address = f"127.0.0.1:{port or free_port()}"
    write_for("edge", folder / "nginx.conf", edge.render(folder, address, replicas))
    write_for("edge", folder / "index.html", (edge.EDGE / "index.html").read_text())
    if user := user_for("edge"):
        shutil.chown(folder, user)
    command = [edge.nginx(), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(command, cwd="/", **account("edge"))
    try:
        wait_for(f"http://{address}/")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def wait_for(url: str) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            requests.get(url, timeout=1)
            return
        except requests.ConnectionError:
            assert time.monotonic() < until, "nginx did not start"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """All services but one have two replicas."""
    fakes = {service: [fake(service), fake(service)] for service in SERVICES if service != AWAY}
    replicas = {service: [f"127.0.0.1:{s.server_port}" for s in servers] for service, servers in fakes.items()}
    with nginx(replicas | {AWAY: [f"127.0.0.1:{free_port()}"]}) as address:
        yield address
    for server in (server for servers in fakes.values() for server in servers):
        server.shutdown()


@pytest.mark.parametrize("service", [service for service in SERVICES if service != AWAY])
def test_a_path_goes_whole_to_its_service(address: str, service: str) -> None:
    for method in ("GET", "POST"):
        answer = requests.request(method, f"{address}/{service}/things/1?state=a%20b", timeout=5)
        assert answer.json() == {"service": service, "path": f"/{service}/things/1?state=a%20b", "method": method}


@pytest.mark.parametrize(
    "path", ["/metrics", "/livez", "/readyz", "/intake", "/intakes/x", "/nginx.conf", "/x", "/..%2f"]
)
def test_nothing_else_is_there(address: str, path: str) -> None:
    assert requests.get(address + path, timeout=5).status_code in (400, 404)


def test_browsers_that_ask_for_an_icon_are_not_told_of_an_error(address: str) -> None:
    assert requests.get(f"{address}/favicon.ico", timeout=5).status_code == 204


def test_the_first_page_lists_the_addresses(address: str) -> None:
    page = requests.get(address, timeout=5)
    assert page.status_code == 200
    assert all(f"/{service}/" in page.text for service in SERVICES)


def test_a_service_that_is_away_is_a_problem_document_to_try_again(address: str) -> None:
    answer = requests.get(f"{address}/{AWAY}/follow-ups", timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["status"] == 503


def test_what_is_too_large_is_refused_before_a_service_sees_it(address: str) -> None:
    answer = requests.post(f"{address}/intake/reports", data=b"x" * (1024 * 1024 + 1), timeout=5)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert requests.post(f"{address}/intake/reports", data=b"x" * (1024 * 1024), timeout=5).status_code == 200


def test_media_may_be_larger_and_have_a_bound_too(address: str) -> None:
    assert requests.post(f"{address}/intake/media", data=b"x" * (3 * 1024 * 1024), timeout=10).status_code == 200
    with socket.create_connection(tuple(address.removeprefix("http://").split(":")), timeout=5) as connection:
        connection.sendall(b"POST /intake/media HTTP/1.1\r\nHost: x\r\nContent-Length: 220000000\r\n\r\n")
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"at most 200 MiB" in answer


@pytest.mark.parametrize("path", ["/", "/intake/x", "/nothing"])
def test_every_answer_has_the_security_headers(address: str, path: str) -> None:
    headers = requests.get(address + path, timeout=5).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Server"] == "nginx"  # and no version


def test_one_replica_that_is_away_is_not_noticed() -> None:
    up = fake("intake")
    replicas = [f"127.0.0.1:{up.server_port}", f"127.0.0.1:{free_port()}"]
    with nginx(dict.fromkeys(SERVICES, replicas)) as address:
        answers = [requests.get(f"{address}/intake/x", timeout=5).status_code for _ in range(20)]
    up.shutdown()
    assert answers == [200] * 20
