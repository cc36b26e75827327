"""What came of attempts: recorded once, by whoever made the newest; the next step is decided with it.

The number of the attempt fences: whoever stood still for so long that another has taken the delivery over records
nothing. What is in doubt is not sent again, unless the receiver would know it again.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.notify.channels import metrics
from services.notify.domain import breaker
from services.notify.domain.breaker import Breaker
from services.notify.domain.deciding import (
    ACCEPTED,
    CREATED,
    DELIVERED,
    ENDED,
    FAILED,
    SENDING,
    UNCERTAIN,
    Attempt,
    Next,
    decide,
    decide_receipt,
)
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import ACCOUNT, PROVIDER, Delivered, Outcome, Refused, TryLater, Uncertain, why_of
from services.notify.domain.ways import Candidate, choose
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.delivering import fall_back

AT_ONCE = 100  # deliveries that one sweep takes of each kind
LOST = "its process has ended, or stood still, between sending and recording"
IMPATIENT = "nobody has taken it in time: the next channel says it"
SWITCHED_OFF = "the account is switched off"


class Done(NamedTuple):
    """One attempt at a delivery, or one question after its receipt (`polls`: which), and what came of it."""

    id: str
    attempt: int
    outcome: Outcome
    polls: int = 0


def record(done: Sequence[Done], open_work: OpenWork) -> None:
    """What came of attempts. One that comes late still counts, as long as nobody has tried again."""
    with open_work() as work:
        known = conclude(done, [SENDING, UNCERTAIN], work)
        work.commit()
    if len(known) < len(done):
        metrics.stale.inc(len(done) - len(known))


def record_receipts(done: Sequence[Done], open_work: OpenWork) -> None:
    """What became of what providers have accepted; said twice, or by two replicas, it counts once."""
    with open_work() as work:
        rows = work.lock_attempts([(one.id, one.attempt) for one in done], [ACCEPTED, UNCERTAIN, DELIVERED])
        settled = []
        for one in done:
            row = rows.get(one.id)
            if row is None or row["polls"] != one.polls or not row["receipt"]:
                continue
            to = decide_receipt(one.outcome, one.polls, row["accepted_for"], row["urgent"], row["state"])
            read = isinstance(one.outcome, Delivered) and one.outcome.read
            settled.append(_settled(row, to, row["account_id"], row["receipt"], work) | {"read": read})
            if to.state != row["state"]:
                work.note_attempts([_note(row, "receipt", to.reason or to.state)])
        work.settle_attempts(settled)
        work.commit()
    _measure([(rows[row["id"]], row) for row in settled if row["state"] != rows[row["id"]]["state"]])


def sweep(open_work: OpenWork) -> None:
    """What has expired is not sent; whose lease is over has been lost; whoever is impatient gets the next channel."""
    with open_work() as work:
        expired = work.expire_deliveries(AT_ONCE)
        lost = [Done(i, attempt, Uncertain(LOST)) for i, attempt in work.lost_deliveries(AT_ONCE)]
        conclude(lost, [SENDING], work)
        waiting = {i: Done(i, attempt, Refused(IMPATIENT)) for i, attempt in work.hurried_deliveries(AT_ONCE)}
        for i, attempt in work.stranded_deliveries(AT_ONCE):
            waiting.setdefault(i, Done(i, attempt, Refused(SWITCHED_OFF, account=True)))
        conclude(list(waiting.values()), [CREATED], work)
        work.commit()
    metrics.count((row["channel"], row["outcome"]) for row in expired)


def conclude(done: Sequence[Done], states: Sequence[str], work: Work) -> set[str]:
    """Decide and write down what becomes of these, in the caller's transaction. Gives the ids that it was for: those
    in one of these states, whose newest attempt it is."""
    rows = work.lock_attempts([(one.id, one.attempt) for one in done], states)
    if not rows:
        return set()
    candidates = work.candidates({row["way"] for row in rows.values()})
    settled, notes = [], []
    for one in done:
        if one.id in rows:
            row = rows[one.id]
            to = _decide(one, row, candidates.get(row["way"], []))
            account = _account(row, to, candidates.get(row["way"], []))
            receipt = one.outcome.receipt if isinstance(one.outcome, Delivered) else ""
            settled.append(_settled(row, to, account, receipt or None, work))
            notes.append(_note(row, _word(one.outcome), to.reason or to.state))
    work.settle_attempts(settled)
    work.note_attempts(notes)
    if SENDING in states:
        _tell_of_providers([(rows[one.id], one.outcome) for one in done if one.id in rows], work)
    _measure([(rows[row["id"]], row) for row in settled])
    return set(rows)


def _decide(one: Done, row: Row, candidates: Sequence[Candidate]) -> Next:
    others = any(other.able and other.account_id != row["account_id"] for other in candidates)
    repeatable = row["channel"] in KINDS and KINDS[row["channel"]].repeatable
    attempt = Attempt(row["attempts"], row["most"], row["urgent"], repeatable, row["doubtful"], others)
    to = decide(one.outcome, attempt, random.random())
    if row["state"] == UNCERTAIN and row["fallen"] and to.state == CREATED:
        return Next(FAILED, f"{to.reason} (the next channel has it already)", doubtful=row["doubtful"])
    return to


def _account(row: Row, to: Next, candidates: Sequence[Candidate]) -> str | None:
    return choose(candidates, {row["account_id"]}, random.random()) if to.move else row["account_id"]


def _settled(row: Row, to: Next, account: str | None, receipt: str | None, work: Work) -> Row:
    """The row as it is to be written; the next channel gets it here, if it is to."""
    fallen = row["fallen"] or (to.fall_back and fall_back(row, work))
    written = {"id": row["id"], "state": to.state, "reason": to.reason, "fallen": fallen, "account_id": account}
    return written | {"doubtful": row["doubtful"] or to.doubtful, "receipt": receipt, "wait": to.wait}


def _note(row: Row, outcome: str, reason: str) -> dict[str, Any]:
    note = {"id": row["id"], "attempt": row["attempts"], "account_id": row["account_id"]}
    return note | {"outcome": outcome, "reason": reason}


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Delivered):
        return "accepted" if outcome.receipt else "delivered"
    return {TryLater: "later", Refused: "refused", Uncertain: "uncertain"}[type(outcome)]


def _tell_of_providers(outcomes: Sequence[tuple[Row, Outcome]], work: Work) -> None:
    """Accounts that have sent too much are blocked for a while; providers that do not answer are left alone."""
    throttled = [(row, to) for row, to in outcomes if isinstance(to, TryLater) and to.of == ACCOUNT]
    blocks = {row["account_id"]: {"wait": to.after, "why": why_of(to)} for row, to in throttled}
    work.block_accounts([{"account_id": account} | block for account, block in sorted(blocks.items())])
    for row, _ in throttled:
        metrics.limit_hits.labels(row["channel"], "provider").inc()
    answers: dict[str, list[bool]] = defaultdict(list)
    for row, outcome in outcomes:
        if why_of(outcome) != LOST and row["provider"]:
            answers[row["provider"]].append(_answered(outcome))
    known = work.lock_breakers({row["account_id"] for row, _ in outcomes if row["account_id"]})
    work.put_breakers(_changed(known, answers, work))


def _changed(known: Mapping[str, Breaker], answers: Mapping[str, list[bool]], work: Work) -> dict[str, Breaker]:
    changed = {}
    for provider, before in known.items():
        now = before
        for answered in answers.get(provider, ()):
            now = breaker.after(now, answered, work.now())
        if now != before:
            changed[provider] = now
    return changed


def _answered(outcome: Outcome) -> bool:
    return not isinstance(outcome, Uncertain) and not (isinstance(outcome, TryLater) and outcome.of == PROVIDER)


def _measure(settled: Sequence[tuple[Row, Row]]) -> None:
    metrics.count((row["channel"], to["state"]) for row, to in settled if to["state"] in ENDED)
    for row, to in settled:
        if to["state"] == DELIVERED:
            metrics.delivery_seconds.labels(row["channel"]).observe(max(row["age"], 0.0))
