"""A client as the best-known one (a web site where citizens report) behaves: XML only, forms, patience of its own.

It polls a token five times, sends one or more `media_url`, uploads files as multipart, and leaves aside every update
outside of the window that it asked for.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import requests

CONTENT_TYPE = "text/xml; charset=utf-8"
POLLS = 5


class Refused(Exception):
    """The server's errors, as (code, description)."""

    def __init__(self, status: int, errors: list[tuple[int, str]]):
        super().__init__(str(errors))
        self.status, self.errors = status, errors


@dataclass
class Open311Client:
    """`base` is the endpoint with its version; `seen` are the updates that were taken, by their id."""

    base: str
    api_key: str = ""
    jurisdiction: str = ""
    pause: float = 2.0
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def services(self) -> list[dict[str, Any]]:
        return [_fields(e) for e in self._get("services").iter("service")]

    def definition(self, code: str) -> list[dict[str, Any]]:
        return [_fields(e) for e in self._get(f"services/{code}").iter("attribute")]

    def send(
        self,
        service_code: str,
        attributes: dict[str, str | list[str]] | None = None,
        media_url: Sequence[str] = (),
        files: Sequence[tuple[str, bytes]] = (),
        headers: dict[str, str] | None = None,
        **form: str,
    ) -> str:
        """The service_request_id, asked for with the token if there is one."""
        data: list[tuple[str, str]] = [("service_code", service_code), *form.items()]
        for code, value in (attributes or {}).items():
            several = isinstance(value, list)
            data += [(f"attribute[{code}]{'[]' if several else ''}", v) for v in (value if several else [value])]
        data += [("media_url", url) for url in media_url]
        uploads = [("media", (name, content, "image/jpeg")) for name, content in files]
        request = self._post("requests", data, uploads, headers).find("request")
        assert request is not None
        return request.findtext("service_request_id") or self._number(request.findtext("token") or "")

    def _number(self, token: str) -> str:
        for _ in range(POLLS):
            if number := self._get(f"tokens/{token}").findtext("request/service_request_id"):
                return number
            time.sleep(self.pause)
        raise AssertionError(f"the token {token} never became a number")

    def requests(self, **asked: str) -> list[dict[str, Any]]:
        return [_fields(e) for e in self._get("requests", **asked).findall("request")]

    def fetch_updates(self, start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
        """New updates within the window, compared as text in UTC, as this client does it."""
        window = [time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for time in (start, end)]
        found = []
        for element in self._get("servicerequestupdates", start_date=window[0], end_date=window[1]):
            update = _fields(element)
            at = dt.datetime.fromisoformat(update["updated_datetime"]).astimezone(dt.UTC)
            inside = window[0] <= at.strftime("%Y-%m-%dT%H:%M:%SZ") <= window[1]
            if inside and update["service_request_id"] and update["update_id"] not in self.seen:
                self.seen[update["update_id"]] = update
                found.append(update)
        return found

    def send_update(self, service_request_id: str, update_id: str, status: str, description: str, **form: str) -> str:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        data = {"service_request_id": service_request_id, "update_id": update_id, "status": status}
        data |= {"description": description, "updated_datetime": now, "email": "someone@example.org"} | form
        return self._post("servicerequestupdates", list(data.items())).findtext("request_update/update_id") or ""

    def _get(self, path: str, **asked: str) -> ElementTree.Element:
        asked |= {"jurisdiction_id": self.jurisdiction}
        return _read(requests.get(f"{self.base}/{path}.xml", params=asked, timeout=20))

    def _post(
        self, path: str, data: list[tuple[str, str]], files: Any = None, headers: dict[str, str] | None = None
    ) -> ElementTree.Element:
        data = [("jurisdiction_id", self.jurisdiction), ("api_key", self.api_key), *data]
        return _read(requests.post(f"{self.base}/{path}.xml", data, files=files, headers=headers, timeout=20))


def _read(answer: requests.Response) -> ElementTree.Element:
    assert answer.headers["Content-Type"] == CONTENT_TYPE, answer.headers["Content-Type"]
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(answer.content)
    if answer.status_code != 200:
        raise Refused(
            answer.status_code,
            [(int(e.findtext("code") or 0), e.findtext("description") or "") for e in root.findall("error")],
        )
    return root


def _fields(element: ElementTree.Element) -> dict[str, Any]:
    """Text by name; a list for what repeats or holds others."""
    found: dict[str, Any] = {}
    for child in element:
        value = [_fields(item) or item.text for item in child] if len(child) else child.text or ""
        found[child.tag] = value
    return found
