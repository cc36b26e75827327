"""Open311 on the wire: XML, and JSON by the "Spark" convention (the root is dropped, containers become arrays).

A document is a dict with one root. A list under the name of a container holds what the container is for; a list under
any other name is an element that repeats.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from xml.etree import ElementTree

import orjson

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}

ITEMS = {  # container → what is in it
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "media_urls": "media_url",
    "errors": "error",
}
# what XML 1.0 cannot hold, and halves of pairs that UTF-8 cannot
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def write(document: dict[str, Any], format_: str) -> bytes:
    """A document with one root, in UTF-8; `format_` is one of FORMATS."""
    ((root, content),) = document.items()
    if format_ == "json":
        return orjson.dumps(_spark(content))
    return (_DECLARATION + ElementTree.tostring(_element(root, content), encoding="unicode")).encode()


def w3c(time: dt.datetime) -> str:
    """W3C date and time in whole seconds, with its zone."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _spark(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _spark(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_spark(item) for item in content]
    if isinstance(content, (bool, int, float)):
        return content
    return _text(content) or None


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, list):
        element.extend([_element(ITEMS[name], item) for item in content])
    elif isinstance(content, dict):
        for child, value in content.items():
            repeated = value if isinstance(value, list) and child not in ITEMS else [value]
            element.extend([_element(child, item) for item in repeated])
    else:
        element.text = _text(content)
    return element


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}"  # degrees: a tenth of a metre
    if isinstance(value, dt.datetime):
        return w3c(value)
    return _UNFIT.sub("", str(value))
