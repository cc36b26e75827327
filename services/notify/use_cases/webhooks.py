"""Feedback goes to the webhooks of its sources: claimed in one transaction, sent outside of any, settled in another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from eventlet import GreenPool

from services.notify import channels
from services.notify.channels.queues import feedback_event
from services.notify.channels.web import Networks
from services.notify.domain.webhooks import DELIVERED, FAILED, LATER, STOPPED, Decision, decide
from services.notify.store import OpenWork, Row
from shared.http.webhooks import sign
from shared.messaging.envelope import SINGLE
from shared.messaging.message import Heard
from shared.sealing import KeyRing, SealError

AT_ONCE = 40  # webhooks of one process
EACH = 8  # of them to one source
LEASE = 60.0  # seconds until another process takes what this one has not settled
FIELD = "webhook secret"  # what intake has bound a sealed secret to, beside its id
ROUNDS = 20  # at one call, while there is more to be sent


def keep_sources(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Where sources hear by webhook, and with which secrets."""
    with open_work() as work:
        work.put_sources([vars(message) for message in work.first_time(heard)])
        work.commit()


def send_webhooks(open_work: OpenWork, keys: KeyRing, listed: Networks) -> None:
    """Whatever is due. What is not delivered is tried again for a day; then it goes into the source's queue."""
    for _ in range(ROUNDS):
        with open_work() as work:
            due, address = work.claim_webhooks(AT_ONCE, EACH, LEASE), work.address
            work.commit()
        if not due:
            return
        answers = list(GreenPool(AT_ONCE).imap(partial(_post, address=address, keys=keys, listed=listed), due))
        _settle(due, answers, open_work)


def _post(row: Row, address: str, keys: KeyRing, listed: Networks) -> channels.Answer:
    if row["webhook_url"] is None:
        return channels.Answer(410, "the source has no webhook any more")
    now, body = dt.datetime.now(dt.UTC), feedback_event(row, address).encode()
    try:
        valid = _valid_secrets(row["webhook_secrets"], now, keys)
    except SealError as error:
        return channels.Answer(0, str(error))
    headers = {"Content-Type": SINGLE} | (sign(valid, row["id"], now, body) if valid else {})
    return channels.post(row["webhook_url"], headers, body, listed)


def _valid_secrets(secrets: Sequence[dict[str, Any]], now: dt.datetime, keys: KeyRing) -> list[str]:
    return [
        keys.open(secret["sealed"], secret["id"], FIELD)
        for secret in secrets
        if not secret["expires_at"] or dt.datetime.fromisoformat(secret["expires_at"]) > now
    ]


def _settle(due: Sequence[Row], answers: Sequence[channels.Answer], open_work: OpenWork) -> None:
    decided = [(row, answer, _decide(row, answer)) for row, answer in zip(due, answers, strict=True)]
    later = [
        {"id": row["webhook_id"], "wait": decision.wait, "answer": f"{answer.status} {answer.text}"}
        for row, answer, decision in decided
        if decision.outcome == LATER
    ]
    delivered = [row for row, _, decision in decided if decision.outcome == DELIVERED]
    failed = [row for row, _, decision in decided if decision.outcome == FAILED]
    with open_work() as work:
        work.put_off_webhooks(later)
        work.end_webhooks([row["webhook_id"] for row in (*delivered, *failed)])
        settled = work.settle_deliveries(
            [{"id": r["webhook_id"], "outcome": DELIVERED} for r in delivered]
            + [{"id": r["webhook_id"], "outcome": FAILED} for r in failed]
        )
        stopped = work.stop_webhooks({row["source"] for row, _, d in decided if d.outcome == STOPPED})
        channels.to_queues([*failed, *stopped], work)
        channels.send_feedback(work.release_after([row["id"] for row in delivered]), work)
        work.commit()
    channels.count(settled)


def _decide(row: dict[str, Any], answer: channels.Answer) -> Decision:
    return decide(answer.status, answer.retry_after, row["attempts"], row["age"])
