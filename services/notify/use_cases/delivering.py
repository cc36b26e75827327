"""What is to be said to somebody on a channel: wanted here, sent by the engine, settled by hand where nobody knows.

deliver([Wanted(…)], work, keys)     in the transaction of what it is about; then engine.turn()
supersede({notice ids}, why, work)   what has not gone out and is of no use any more
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.notify.domain.deciding import CREATED, DELIVERED, FAILED, UNCERTAIN, URGENT
from services.notify.domain.deliveries import Patience, Wanted, Words, digest_of, lane_of
from services.notify.domain.ways import Candidate, choose
from services.notify.errors import DeliveryUnknown, NotUncertain
from services.notify.store import SQL, OpenWork, Row, Work
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

TARGET = "target"  # what a sealed target is bound to, beside what was wanted
BY_HAND = {"delivered": DELIVERED, "failed": FAILED, "again": CREATED}


def deliver(wanted: Sequence[Wanted], work: Work, keys: KeyRing, account: str | None = None) -> list[str]:
    """The ids of the deliveries that are new; what was wanted before, by its key, is not said again. `account`: by this
    one of its way, in order to try it."""
    if not wanted:
        return []
    candidates = work.candidates({way.way for one in wanted for way in one.ways})
    patience = work.patience()
    rows = [_row(one, candidates, patience, keys) for one in wanted]
    new = work.add_wanted([row | ({"account_id": account} if account else {}) for row in rows])
    return [row["id"] for row in rows if row["id"] in new]


def supersede(about: Collection[str], reason: str, work: Work) -> int:
    """What is about these notices and has not gone out is not sent any more; gives how many these are."""
    return work.supersede_deliveries(about, reason)


def step_after(row: Row, ways: Sequence[Row], step: int, candidates: Mapping[str, list[Candidate]]) -> Row | None:
    """The delivery of the first of these ways that has an account; None when none has. `row` says what is said."""
    for at, way in enumerate(ways):
        account = choose(candidates.get(way["way"], []), (), random.random())
        if account:
            return row | way | {"id": new_id(), "step": step, "account_id": account, "ways": list(ways[at + 1 :])}
    return None


def settle_by_hand(delivery_id: str, outcome: str, reason: str, who: str, open_work: OpenWork) -> dict[str, Any]:
    """An operator knows what became of it: delivered, failed (the next channel says it), or again. Raises
    NotifyError."""
    with open_work() as work:
        known = work.dicts(SQL.delivery_by_id, id=delivery_id)
        if not known:
            raise DeliveryUnknown(delivery_id)
        found = work.lock_attempts([(delivery_id, known[0]["attempts"])], [UNCERTAIN])
        if delivery_id not in found:
            raise NotUncertain(known[0]["state"])
        row, state = found[delivery_id], BY_HAND[outcome]
        fallen = row["fallen"] or (state == FAILED and fall_back(row, work))
        settled = row | {"state": state, "reason": f"{who}: {reason}", "fallen": fallen}
        work.settle_attempts([settled | {"wait": 0 if state == CREATED else None, "receipt": None}])
        note = {"id": delivery_id, "attempt": row["attempts"], "account_id": row["account_id"]}
        work.note_attempts([note | {"outcome": "by_hand", "reason": f"{who}: {outcome}: {reason}"}])
        work.commit()
    return {"id": delivery_id, "state": state, "next_channel": fallen}


def fall_back(row: Row, work: Work) -> bool:
    """The next way says it; False when there is none."""
    candidates = work.candidates({way["way"] for way in row["ways"]})
    base = row | {"state": CREATED, "reason": "", "not_before": None}
    after = step_after(base, row["ways"], row["step"] + 1, candidates)
    if after:
        work.add_wanted([after])
    return after is not None


def _words(words: Words) -> Row:
    return {"words": words._asdict(), "digest": digest_of(words)}


def _row(
    wanted: Wanted, candidates: Mapping[str, list[Candidate]], patience: Mapping[str, Patience], keys: KeyRing
) -> Row:
    wanted_id, urgent = new_id(), wanted.level in URGENT
    allowed = patience[lane_of(urgent)]
    ways = [
        {
            "way": way.way,
            "target": keys.seal(way.target, wanted_id, TARGET),
            "target_key": keys.blind(f"{way.way}/{way.target}", TARGET),
            **_words(wanted.other_words.get(way.way, wanted.words)),
        }
        for way in wanted.ways
    ]
    row = {name: getattr(wanted, name) for name in ("key", "about", "number", "person", "level")}
    row |= {"wanted_id": wanted_id, "urgent": urgent, **_words(wanted.words)}
    row |= {"most": allowed.attempts, "patience": allowed.seconds, "state": CREATED, "reason": ""}
    row |= {"not_before": wanted.not_before, "expires_at": wanted.expires_at}
    nobody: Row = {"way": "", "target": "", "target_key": ""} | (ways[0] if ways else {})
    nobody |= {"id": new_id(), "step": 1, "account_id": None, "ways": [], "state": FAILED}
    return step_after(row, ways, 1, candidates) or row | nobody | {
        "reason": "there is no account for any of its ways: see `channels list`"
    }
