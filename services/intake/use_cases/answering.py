"""A request that is sent again is answered as the first time: by its Idempotency-Key, or by the id of its webhook."""

from __future__ import annotations

import hashlib
from typing import Any

from services.intake.domain.registration import Reason
from services.intake.errors import KeyBusy, KeyUsed, SourceUnknown
from services.intake.store import OpenWork
from services.intake.use_cases.reference import say_sources
from services.intake.use_cases.registration import Registered, read_by_kind, register_within
from shared.http.webhooks import new_secret
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

FIELD = "webhook secret"  # what a sealed secret is bound to, beside its row


def register_once(
    data: dict[str, Any], source_name: str, key: str, body: bytes, open_work: OpenWork, keys: KeyRing
) -> Registered:
    """A report with a key of its source's, registered and answered in one transaction; the first answer is kept for a
    day. Raises KeyBusy while it is being answered elsewhere, KeyUsed when the key came with another body."""
    body_hash = hashlib.sha256(body).hexdigest()
    with open_work() as work:
        if not work.lock_answer(source_name, key):
            raise KeyBusy(key)
        if first := work.first_answer(source_name, key):
            if first[0] != body_hash:
                raise KeyUsed(key)
            return _registered(first[1])
        [outcome] = register_within(lambda source: [read_by_kind(data, source)], source_name, work, keys)
        work.keep_answer(source_name, key, body_hash, _kept(outcome))
        work.commit()
    return outcome


def webhook_secrets(source: str, direction: str, open_work: OpenWork, keys: KeyRing) -> list[str]:
    """The secrets of a source that are valid now, `in` for what it sends, `out` for what it is sent."""
    with open_work() as work:
        return [keys.open(row["sealed"], row["id"], FIELD) for row in work.webhook_secrets(source, direction)]


def make_webhook_secret(source: str, direction: str, keep: float, open_work: OpenWork, keys: KeyRing) -> dict[str, Any]:
    """A new secret of a source, told this once; those before stay valid for `keep` seconds. Raises SourceUnknown."""
    secret, row_id = new_secret(), new_id()
    with open_work() as work:
        if source not in work.sources():
            raise SourceUnknown(source)
        work.end_webhook_secrets(source, direction, keep)
        row = {"id": row_id, "source": source, "direction": direction, "sealed": keys.seal(secret, row_id, FIELD)}
        work.add_webhook_secret(row)
        valid = work.webhook_secrets(source, direction)
        say_sources(work, source)
        work.commit()
    return {"source": source, "direction": direction, "secret": secret, "valid_now": len(valid)}


def _kept(outcome: Registered) -> dict[str, Any]:
    return outcome._asdict() | {"reasons": [reason.as_dict() for reason in outcome.reasons]}


def _registered(kept: dict[str, Any]) -> Registered:
    reasons = tuple(Reason(**reason) for reason in kept["reasons"])
    return Registered(kept["outcome"], kept["number"], kept["state"], reasons)
