"""The delivery engine of one process: claims what is due, sends each by itself, records what came of it.

claim (a transaction) → send (none is open) → record (a transaction). Any number of replicas share the work: limits,
leases and breakers are in the database. A provider that is slow holds up its own accounts alone.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import eventlet
from eventlet import GreenPool
from eventlet.semaphore import Semaphore

from services.notify.channels import RECEIPTS, Account, AsksForReceipts, Channel, Delivery, redacted
from services.notify.domain.deliveries import Words
from services.notify.domain.kinds import KINDS
from services.notify.domain.outcomes import TARGET as OF_THE_TARGET
from services.notify.domain.outcomes import Outcome, Refused, TryLater, Uncertain
from services.notify.store import OpenWork, Row
from services.notify.use_cases.claiming import claim
from services.notify.use_cases.delivering import TARGET
from services.notify.use_cases.recording import Done, record, record_receipts, sweep
from shared import failpoints
from shared.db.failures import FAULT, classify
from shared.observability.logs import fault
from shared.sealing import KeyRing, SealError

log = logging.getLogger(__name__)
MOST = 1000  # deliveries that one process sends at once: each waits for its provider
LEASE = 4  # times the patience with a provider: then another process takes what this one has not recorded
POLLS_EACH = 4  # receipts of one account that a process asks for at once; then for the next ones
Record = Callable[[Sequence[Done], OpenWork], None]


class Engine:
    """`turn` whenever something may be due: each second, and after something was wanted."""

    def __init__(self, open_work: OpenWork, keys: KeyRing, channels: Mapping[str, Channel], patience: float):
        self._open_work, self._keys, self._channels = open_work, keys, channels
        self.lease = patience * LEASE
        self._pool = GreenPool(MOST)
        self._polling: Counter[str] = Counter()
        self._claiming_receipts = Semaphore()
        self._turning = self._again = False
        self._recorders = {call: Recorder(call, open_work) for call in (record, record_receipts)}
        self.stopping = False

    def tick(self) -> None:
        """Once a second: whatever is due, and what others have left behind."""
        with self._open_work() as work:
            due = work.anything_due()
        if due and not self.stopping:
            sweep(self._open_work)
            self._poll()
            self.turn()

    def turn(self) -> None:
        """Begin to send what is due now; comes back before it is sent."""
        self._again = True
        if self._turning:
            return  # whoever is at it looks once more
        self._turning = True
        try:
            while self._again and self._pool.free() > 0 and not self.stopping:
                self._again = False
                self._again = self._begin() or self._again
        finally:
            self._turning = False

    def _begin(self) -> bool:
        """Whether there may be more at once."""
        began = time.monotonic()
        claimed, accounts, more = claim(self._pool.free(), self.lease, self._open_work)
        opened = {row["account_id"]: self._opened(row) for row in accounts}
        for row in claimed:
            self._pool.spawn_n(self._send, row, opened[row["account_id"]], began)
        return more

    def stop(self, seconds: float) -> None:
        """Begin nothing more, and wait for what is under way."""
        self.stopping = True
        with eventlet.Timeout(seconds, False):
            self._pool.waitall()

    def _send(self, row: Row, account: Account | SealError, began: float) -> None:
        outcome = self._attempt(row, account, began)
        failpoints.reached("after_send")
        self._recorders[record].add(Done(row["id"], row["attempts"], outcome))
        self.turn()

    def _attempt(self, row: Row, account: Account | SealError, began: float) -> Outcome:
        """What comes of sending it. Whoever has stood still for too long sends nothing: another may have taken it."""
        if isinstance(account, SealError):
            return Refused(f"the secrets of the account cannot be opened: {account}", account=True)
        try:
            delivery = self._delivery(row)
        except SealError as error:
            return Refused(f"whom it reaches cannot be opened: {error}")
        if KINDS[account.channel].targeted and not delivery.target:
            return Refused("nobody knows how this person is reached there")
        failpoints.reached("before_send")
        passed = time.monotonic() - began
        if passed > self.lease / 2 or (row["expires_in"] is not None and passed >= row["expires_in"]):
            return TryLater(0.0, "it was not begun in time", of=OF_THE_TARGET)
        return self._guarded(account, lambda channel: channel.send(delivery, account))

    def _poll(self) -> None:
        """Begin to ask for receipts that are due; of accounts whose last ones have been answered."""
        with self._claiming_receipts:
            busy = [account for account, count in self._polling.items() if count]
            with self._open_work() as work:
                rows = work.claim_receipts(RECEIPTS, busy, POLLS_EACH, self.lease)
                accounts = work.accounts({row["account_id"] for row in rows})
                work.commit()
            self._polling.update(row["account_id"] for row in rows)
        opened = {row["account_id"]: self._opened(row) for row in accounts}
        for row in rows:
            self._pool.spawn_n(self._ask, row, opened[row["account_id"]])

    def _ask(self, row: Row, account: Account | SealError) -> None:
        try:
            outcome: Outcome = TryLater(0.0, "the secrets of the account cannot be opened")
            if isinstance(account, Account):
                delivery = self._delivery(row)
                outcome = self._guarded(account, lambda channel: _asked(channel, row["receipt"], delivery, account))
        except SealError as error:
            outcome = TryLater(0.0, str(error))
        finally:
            self._polling[row["account_id"]] -= 1
            last = not self._polling[row["account_id"]]
        self._recorders[record_receipts].add(Done(row["id"], row["attempts"], outcome, row["polls"]))
        if last and not self.stopping:
            self._poll()

    def _guarded(self, account: Account, call: Callable[[Channel], Outcome]) -> Outcome:
        """What a channel answers, without anything secret; a fault of ours in it leaves the delivery uncertain."""
        channel = self._channels[account.channel]
        try:
            outcome = call(channel)
        except Exception as error:
            log.error("%s by %s: %s", account.channel, account.account_id, fault(error))
            outcome = Uncertain(f"a fault of our own while it was sent ({type(error).__name__}), which has been logged")
        tokens = getattr(channel, "tokens", None)
        return redacted(outcome, [*account.secrets.values(), *(tokens.secrets() if tokens else ())])

    def _delivery(self, row: Row) -> Delivery:
        target = self._keys.open(row["target"], row["wanted_id"], TARGET)
        return Delivery(row["id"], target, Words(**row["words"]), row["level"])

    def _opened(self, row: Row) -> Account | SealError:
        try:
            secrets = {name: self._keys.open(s, row["account_id"], name) for name, s in row["secrets"].items()}
        except SealError as error:
            return error
        return Account(row["account_id"], row["channel"], row["settings"], secrets)


class Recorder:
    """Records what has come in while the last were being recorded, together; without a database it waits for one."""

    def __init__(self, call: Record, open_work: OpenWork):
        self._call, self._open_work = call, open_work
        self._waiting: list[Done] = []
        self._lock = Semaphore()

    def add(self, done: Done) -> None:
        """Comes back when it is recorded."""
        self._waiting.append(done)
        with self._lock:
            batch, self._waiting = self._waiting, []
            while batch:
                batch = self._recorded(batch)

    def _recorded(self, batch: list[Done]) -> list[Done]:
        """What is left to be recorded. What cannot be recorded alone is left to the end of its lease."""
        try:
            self._call(batch, self._open_work)
            return []
        except Exception as error:
            if classify(error) != FAULT:
                log.warning("what came of %d deliveries is recorded later: %s", len(batch), fault(error))
                eventlet.sleep(0.5)
                return batch
            log.error("what came of %d deliveries cannot be recorded: %s", len(batch), fault(error))
        if len(batch) > 1:
            for one in batch:
                self._recorded_alone(one)
        return []

    def _recorded_alone(self, one: Done) -> None:
        left = [one]
        while left:
            left = self._recorded(left)


def _asked(channel: Channel, receipt: str, delivery: Delivery, account: Account) -> Any:
    assert isinstance(channel, AsksForReceipts)
    return channel.receipt(receipt, delivery, account)
