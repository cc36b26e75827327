"""Accounts of channels: set as their file says, their secrets sealed; sealed anew when the keys change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.notify.domain.account_data import Entry
from services.notify.domain.deliveries import Patience
from services.notify.store import OpenWork, Row
from services.notify.use_cases.delivering import TARGET
from shared.sealing import KeyRing


def set_accounts(
    accounts: Sequence[Entry],
    secrets: Mapping[str, Mapping[str, str]],
    patience: Mapping[str, Patience],
    keys: KeyRing,
    open_work: OpenWork,
) -> int:
    """Those that the file names are as it says; others stay. `secrets` are by account and name, as they were read."""
    rows = [_row(account, secrets[account.account_id], keys) for account in accounts]
    with open_work() as work:
        work.put_accounts(rows, patience)
        work.commit()
    return len(rows)


def forget_buckets(open_work: OpenWork) -> None:
    """Buckets of targets that are full again need no row."""
    with open_work() as work:
        work.forget_buckets()
        work.commit()


def reseal_channels(keys: KeyRing, open_work: OpenWork) -> dict[str, int]:
    """The accounts' secrets and the targets of what may still be sent, with the current key."""
    with open_work() as work:
        accounts = {
            account: {name: keys.reseal(sealed, account, name) for name, sealed in secrets.items()}
            for account, secrets in work.lock_secrets().items()
        }
        work.put_secrets(accounts)
        targets = [_resealed(row, keys) for row in work.lock_targets()]
        work.put_targets(targets)
        work.commit()
    return {"accounts": len(accounts), "targets": len(targets)}


def _row(account: Entry, secrets: Mapping[str, str], keys: KeyRing) -> Row:
    names = ("account_id", "channel", "way", "unit", "weight", "at_once", "enabled", "settings", "provider")
    row: dict[str, Any] = {name: getattr(account, name) for name in names}
    row["secrets"] = {name: keys.seal(secret, account.account_id, name) for name, secret in secrets.items()}
    return row | {"limits": [asdict(limit) for limit in account.limits]}


def _resealed(row: Row, keys: KeyRing) -> Row:
    def anew(sealed: str) -> str:
        return keys.reseal(sealed, row["wanted_id"], TARGET) if sealed else sealed

    ways = [way | {"target": anew(way["target"])} for way in row["ways"]]
    return {"id": row["id"], "target": anew(row["target"]), "ways": ways}
