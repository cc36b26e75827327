"""What reports tell about persons: sealed with each person's own key, and opened again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from services.intake.domain.opening import NewCase
from services.intake.domain.persons import e164, told
from services.intake.store import Work
from shared.messaging.envelope import new_id
from shared.outbox.unit_of_work import to_json
from shared.sealing import DataKey, KeyRing

ORIGINAL, PHONE = "original", "phone"


def seal_originals(opened: Sequence[NewCase], rows: Sequence[dict[str, Any]], work: Work, keys: KeyRing) -> None:
    """Put `original` and `person_id` into the rows of new reports; None where nothing personal was told.

    Whoever has the same telephone number is the same person; who gives none has a key for the one report.
    """
    personal = {row["id"]: said for new, row in zip(opened, rows, strict=True) if (said := told(new))}
    index = {report_id: phone_index(said["reporter"].get("phone") or "", keys) for report_id, said in personal.items()}
    ring: dict[str, tuple[str, DataKey]] = {}
    for person in work.put_persons(_candidates(index, rows, keys)):
        opened_key = (person["id"], keys.data_key(person["wrapped_key"], record_of(person["id"])))
        ring[person["phone_index"] or person["id"]] = opened_key
    for row in rows:
        row["original"] = row["person_id"] = None
        if said := personal.get(row["id"]):
            row["person_id"], key = ring[index[row["id"]] or row["id"]]
            row["original"] = key.seal(to_json(said), row["id"], ORIGINAL)


def _candidates(index: dict[str, str | None], rows: Sequence[dict[str, Any]], keys: KeyRing) -> list[dict[str, Any]]:
    """New persons, one for each number and one for each report without; the latter have the report's id."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["id"] in index:
            number = index[row["id"]]
            person_id = new_id() if number else row["id"]
            person = {"id": person_id, "phone_index": number, "created_at": row["received_at"]}
            found.setdefault(number or row["id"], person)
    return [row | {"wrapped_key": keys.new_data_key(record_of(row["id"]))} for row in found.values()]


def seal_addition(number: str, text: str, record: str, work: Work, keys: KeyRing) -> str | None:
    """What was added to a case, sealed with the key of the first of its reporters that has one; None when nobody has:
    then only the masked text is kept."""
    for row in work.originals_of_case(number):
        if row["wrapped_key"]:
            return keys.data_key(row["wrapped_key"], record_of(row["person_id"])).seal(text, record, ORIGINAL)
    return None


def open_original(row: dict[str, Any], keys: KeyRing) -> dict[str, Any] | None:
    """What a report said (reporter, title, description), from its row with the person's key; None when nothing personal
    was told, or it has been erased."""
    if row["original"] is None or (row["person_id"] and row["wrapped_key"] is None):
        return None
    key = keys.data_key(row["wrapped_key"], record_of(row["person_id"])) if row["person_id"] else keys
    return json.loads(key.open(row["original"], row["id"], ORIGINAL))


def phone_index(phone: str, keys: KeyRing) -> str | None:
    """The blind index of a telephone number; None for what is none."""
    number = e164(phone) if phone else None
    return keys.blind(number, PHONE) if number else None


def record_of(person_id: str) -> str:
    """The record that a person's key is bound to."""
    return f"person:{person_id}"
