"""What is to be sent now, as far as the accounts' limits and their providers allow. Nothing is sent in here."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from services.notify.channels import metrics
from services.notify.domain.breaker import CLOSED, OPEN, Breaker, state_of
from services.notify.domain.buckets import ACCOUNT, TARGET, TEXT, Bucket, Key, draw
from services.notify.domain.deciding import CREATED
from services.notify.domain.outcomes import Refused
from services.notify.domain.reporters import REPORTER, not_before
from services.notify.domain.ways import choose
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.recording import Done, conclude

MOVED_AT_ONCE = 200  # deliveries from an account that cannot send to one that can
SAME_WORDS = "the same words have gone to this person today: the provider would drop them"
Buckets = dict[str, dict[Key, Bucket]]


def claim(room: int, lease: float, open_work: OpenWork) -> tuple[list[Row], list[Row], bool]:
    """Deliveries that are being sent from now on, at most `room`; the accounts that they need; and whether there may
    be more at once. Urgent ones come first, in every account."""
    with open_work() as work:
        busy = work.lock_busy_accounts()
        if not busy:
            return [], [], False
        breakers = work.lock_breakers(busy)
        loads = {load["account_id"]: load for load in work.loads(busy)}
        _move_on(loads, breakers, work)
        due = work.due_deliveries(_rooms(loads, breakers, room))
        taken, put_off, refused = _drawn(due, loads, work)
        work.put_off_deliveries(put_off)
        conclude([Done(row["id"], row["attempts"], Refused(SAME_WORDS)) for row in refused], [CREATED], work)
        claimed = work.claim_deliveries([row["id"] for row in taken], lease)
        accounts = work.accounts({row["account_id"] for row in claimed})
        work.commit()
    return claimed, accounts, bool(put_off or refused or claimed)


def _rooms(loads: Mapping[str, Row], breakers: Mapping[str, Breaker], room: int) -> dict[str, int]:
    """How many each account may send more; a provider that was down is asked with one."""
    rooms: dict[str, int] = {}
    trials: Counter[str] = Counter()
    for account_id, load in loads.items():
        provider = load["provider"]
        state = state_of(breakers.get(provider, Breaker()), load["now"])
        if not load["able"] or state == OPEN:
            continue
        free = load["at_once"] - load["under_way"]
        if state != CLOSED:
            free = min(free, 1 - load["of_provider"] - trials[provider])
            trials[provider] += max(free, 0)
        rooms[account_id] = max(0, min(free, room))
        room -= rooms[account_id]
    return {account_id: free for account_id, free in rooms.items() if free}


def _move_on(loads: Mapping[str, Row], breakers: Mapping[str, Breaker], work: Work) -> None:
    """What waits at an account that cannot send now goes to one of its way that can."""
    stuck = [
        load
        for load in loads.values()
        if not load["able"] or state_of(breakers.get(load["provider"], Breaker()), load["now"]) == OPEN
    ]
    candidates = work.candidates({load["way"] for load in stuck})
    for load in stuck:
        able = [one for one in candidates.get(load["way"], []) if one.able and one.account_id != load["account_id"]]
        other = choose(able, (), random.random())
        if other:
            work.move_deliveries(load["account_id"], other, MOVED_AT_ONCE)


def _drawn(
    due: Sequence[Row], loads: Mapping[str, Row], work: Work
) -> tuple[list[Row], list[dict[str, object]], list[Row]]:
    """Those that have got a token of every limit; those that wait for a target's (id, wait); those whose words have
    gone to the same target before. Those that wait for their account's stay as they are; reporters' wait at night."""
    if not due:
        return [], [], []
    scopes = {row["id"]: _scopes(row) for row in due}
    places = {(row["account_id"], scope) for row in due for scope in scopes[row["id"]].values()}
    before = work.buckets(places)
    buckets: Buckets = defaultdict(dict, {account: dict(known) for account, known in before.items()})
    taken: list[Row] = []
    put_off: list[dict[str, object]] = []
    refused: list[Row] = []
    for row in due:
        load = loads[row["account_id"]]
        now: dt.datetime = load["now"]
        if row["person"] == REPORTER and (morning := not_before(now, row["level"])):
            put_off.append({"id": row["id"], "wait": (morning - now).total_seconds()})
            continue
        wait, by = draw(load["limits"], scopes[row["id"]], buckets[row["account_id"]], row["urgent"], now)
        if not wait:
            taken.append(row)
            continue
        metrics.limit_hits.labels(load["channel"], by).inc()
        if by == TARGET:
            put_off.append({"id": row["id"], "wait": wait})
        elif by == TEXT:
            refused.append(row)
    work.put_buckets(
        {
            account: {key: bucket for key, bucket in known.items() if before.get(account, {}).get(key) != bucket}
            for account, known in buckets.items()
        }
    )
    return taken, put_off, refused


def _scopes(row: Row) -> dict[str, str]:
    """What limits count it by; in a later attempt the same words are this delivery's own."""
    scopes = {ACCOUNT: "", TARGET: row["target_key"]}
    return scopes if row["attempts"] else scopes | {TEXT: f"{row['target_key']}/{row['digest']}"}
