"""Accounts of channels, what they may still send, and how their providers are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from services.notify.domain.breaker import Breaker
from services.notify.domain.buckets import Bucket, Key, Limit
from services.notify.domain.deliveries import PATIENCE, Patience
from services.notify.domain.ways import Candidate
from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class AccountRows(Rows):
    """Accounts; what draws from their buckets does so under `lock_busy_accounts`."""

    # gather

    def patience(self) -> dict[str, Patience]:
        return PATIENCE | {lane: Patience(attempts, seconds) for lane, attempts, seconds in self.all(SQL.patience)}

    def candidates(self, ways: Collection[str]) -> dict[str, list[Candidate]]:
        """The accounts of each way."""
        found: dict[str, list[Candidate]] = defaultdict(list)
        for way, account_id, weight, _, able in self.all(SQL.candidates, ways=sorted(ways)) if ways else []:
            found[way].append(Candidate(account_id, weight, able))
        return dict(found)

    def accounts(self, ids: Collection[str]) -> list[Row]:
        return self.dicts(SQL.accounts_by_id, ids=sorted(ids)) if ids else []

    def unit_ways(self) -> dict[str, str]:
        """On which way each unit's group hears."""
        return dict(self.all(SQL.unit_ways))

    def lock_busy_accounts(self) -> list[str]:
        return [account_id for (account_id,) in self.all(SQL.lock_busy_accounts)]

    def lock_breakers(self, accounts: Collection[str]) -> dict[str, Breaker]:
        """By provider."""
        rows = self.all(SQL.lock_breakers, ids=sorted(accounts)) if accounts else []
        return {provider: Breaker(failures, trips, open_until) for provider, failures, trips, open_until in rows}

    def loads(self, accounts: Collection[str]) -> list[Row]:
        rows = self.dicts(SQL.loads, ids=sorted(accounts)) if accounts else []
        return [row | {"limits": [Limit(**limit) for limit in row["limits"]]} for row in rows]

    def buckets(self, places: Collection[tuple[str, str]]) -> dict[str, dict[Key, Bucket]]:
        """By account, the buckets of these accounts and scopes."""
        found: dict[str, dict[Key, Bucket]] = defaultdict(dict)
        rows = to_json([{"account_id": account_id, "scope": scope} for account_id, scope in sorted(places)])
        for account_id, scope, position, tokens, at in self.all(SQL.buckets_of, rows=rows) if places else []:
            found[account_id][scope, position] = Bucket(tokens, at)
        return found

    # record

    def put_accounts(self, rows: Sequence[Row], patience: Mapping[str, Patience]) -> None:
        self.write(SQL.put_accounts, rows)
        self.run(SQL.add_breakers, rows=to_json([row["provider"] for row in rows]))
        self.write(SQL.put_patience, [{"lane": lane} | vars(given) for lane, given in patience.items()])

    def lock_secrets(self) -> dict[str, dict[str, str]]:
        return dict(self.all(SQL.lock_secrets))

    def put_secrets(self, secrets: Mapping[str, Mapping[str, str]]) -> None:
        self.write(SQL.put_secrets, [{"account_id": i, "secrets": sealed} for i, sealed in secrets.items()])

    def put_buckets(self, buckets: Mapping[str, Mapping[Key, Bucket]]) -> None:
        rows = [
            {"account_id": account_id, "scope": scope, "position": position, "tokens": bucket.tokens, "at": bucket.at}
            for account_id, of_account in buckets.items()
            for (scope, position), bucket in of_account.items()
        ]
        self.write(SQL.put_buckets, rows)

    def forget_buckets(self) -> None:
        self.run(SQL.forget_buckets)

    def put_breakers(self, breakers: Mapping[str, Breaker]) -> None:
        for provider, breaker in breakers.items():
            self.run(SQL.put_breaker, provider=provider, **vars(breaker))

    def block_accounts(self, rows: Sequence[Row]) -> None:
        """account_id, wait in seconds, why."""
        self.write(SQL.block_accounts, rows)
