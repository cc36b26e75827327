"""Open311 GeoReport v2: what a client with a key sends."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request, Response

from services.intake import use_cases, views
from services.intake.adapters import open311
from services.intake.adapters.generic import reasons_of
from services.intake.domain.registration import Reason
from services.intake.doors.limits import admit
from services.intake.doors.open311_answers import answer, client_of, key_of, refuse, town_of
from services.intake.errors import CaseUnknown, MediaRefused, StoreAway
from services.intake.media import MediaParts
from services.intake.messages.open311 import RequestUpdate
from shared.http.entrypoint import form_of
from shared.http.problems import NotFound, Unavailable

SAME = 600  # seconds within which the same form is the same request
MOST = 201 * 1024 * 1024  # bytes of a form with its files; each kind of media has a bound of its own
MULTIPLE = "multivaluelist"
_UPDATE = RequestUpdate()


def post_request(request: Request, format_: str, open_work: Any, keys: Any, media: MediaParts) -> Response:
    data = open311.data_of(form_of(request, MOST).to_dict(flat=False))
    with open_work() as work:
        town_of(request, work)
        client = client_of(request, work)
    admit(client.source, open_work)
    with open_work() as work:
        data.pop("api_key", None)  # a secret, and no part of the report
        data |= _understood(data, work)
        data["external_id"] = _external_id(request, data, client.source, work)
    files = [file for _, file in request.files.items(multi=True) if file.filename]
    data["media"] = [_keep(file, client.source, media, open_work) for file in files]
    registered = use_cases.register_one(data, client.source, open_work, keys)
    if registered.outcome == "refused":
        raise refuse(registered.reasons)
    given: dict[str, Any] = {"service_request_id": registered.number}
    if client.tokens:
        with open_work() as work:
            given = {"token": views.report_id(work, client.source, data["external_id"])}
    return answer({"service_requests": [given | {"account_id": data.get("account_id")}]}, format_)


def _understood(data: dict[str, Any], work: Any) -> dict[str, Any]:
    """The answers to the questions of the service as its datatypes have them, and its name. Raises Problem."""
    if not (code := data.get("service_code")):
        raise refuse([Reason("service_code", "it is missing", "send one of the services")])
    service = views.service(work, code)
    if service is None:
        raise NotFound("service_code was not found: it must be one of the services")
    several = {question["code"] for question in service["questions"] or [] if question["datatype"] == MULTIPLE}
    given = data["attribute"].items()
    answers = {code: values if code in several or len(values) > 1 else values[0] for code, values in given}
    return {"attribute": answers, "service_name": service["name_zh"]}


def _keep(file: FileStorage, source: str, media: MediaParts, open_work: Any) -> str:
    """The reference of an uploaded file; the same file again is the same media. Raises Problem."""
    try:
        declared = file.content_type or ""
        return use_cases.keep_media(file.stream, declared, f"source/{source}", media.reception, open_work).reference
    except MediaRefused as error:
        raise refuse([Reason("media", str(error), error.repair)]) from error
    except StoreAway as error:
        raise Unavailable(str(error)) from error


def _external_id(request: Request, data: dict[str, Any], source: str, work: Any) -> str:
    """Open311 has no id of the client's own, but a client that heard no answer sends the form again: the same form
    within ten minutes, or at any time the same Idempotency-Key, is the same request.

    A digest keyed with the client's key: a form names people, and the id is seen by others. Time is cut into slots, so
    that one form sent many times at once gets one id, which the database takes once; the slot before counts while it
    is young.
    """
    key = key_of(request).encode()
    if chosen := request.headers.get("Idempotency-Key"):
        return hmac.digest(key, f"key {chosen}".encode(), "sha256").hex()
    form = hmac.digest(key, json.dumps(data, sort_keys=True).encode(), "sha256").hex()
    now: dt.datetime = work.now()
    slot = int(now.timestamp()) // SAME
    before = f"{form}.{slot - 1}"
    young = views.was_reported(work, source, before, now - dt.timedelta(seconds=SAME))
    return before if young else f"{form}.{slot}"


def post_update(request: Request, format_: str, open_work: Any) -> Response:
    data = open311.data_of(form_of(request).to_dict(flat=False))
    with open_work() as work:
        town_of(request, work)
        client = client_of(request, work)
    try:
        said = _UPDATE.load(data)
    except ValidationError as error:
        raise refuse(reasons_of(error)) from error
    try:
        update_id = use_cases.add_remark(said, client.source, open_work)
    except CaseUnknown as error:
        raise NotFound("service_request_id was not found among the requests of this client") from error
    return answer({"service_request_updates": [{"update_id": update_id}]}, format_)
