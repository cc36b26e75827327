"""Subscriptions, and whom they are for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from services.notify.domain.subscriptions import Person, Subscription, subscription_of
from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class SubscriptionRows(Rows):
    """Whoever changes subscriptions counts it, so that every process reads them again."""

    # gather

    def subscription_version(self) -> int:
        return int(self.one(SQL.subscription_version)[0])

    def active_subscriptions(self) -> list[Subscription]:
        return [subscription_of(row) for row in self.dicts(SQL.active_subscriptions)]

    def people(self, ids: Collection[str], roles: Collection[str] = (), areas: Collection[str] = ()) -> list[Person]:
        """Active members: these, and those of these roles in these areas."""
        if not ids and not (roles and areas):
            return []
        about = {"ids": sorted(ids), "roles": sorted(roles), "areas": sorted(areas)}
        return [Person(*row) for row in self.all(SQL.people, **about)]

    def area_names(self, areas: Collection[str]) -> dict[str, str]:
        return dict(self.all(SQL.area_names, areas=sorted(areas))) if areas else {}

    def roles(self) -> set[str]:
        return {role for (role,) in self.all(SQL.roles)}

    def webhook_accounts(self, ids: Collection[str]) -> dict[str, str]:
        """The way of each of these accounts that is a webhook."""
        return dict(self.all(SQL.webhook_accounts, ids=sorted(ids))) if ids else {}

    def count_subscriptions(self, receivers: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """How many of each of these receivers are in force."""
        rows = to_json([{"receiver_kind": kind, "receiver": name} for kind, name in sorted(receivers)])
        return {(kind, name): count for kind, name, count in self.all(SQL.count_subscriptions, rows=rows)}

    def total_subscriptions(self) -> int:
        return int(self.one(SQL.total_subscriptions)[0])

    def lock_subscription(self, subscription_id: str) -> Row | None:
        found = self.dicts(SQL.lock_subscription, id=subscription_id) if _ID.fullmatch(subscription_id) else []
        return found[0] if found else None

    # record

    def lock_subscriptions(self) -> None:
        """One changes them at a time."""
        self.run(SQL.count_change)

    def add_subscriptions(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_subscriptions, rows)

    def end_subscription(self, subscription_id: str, by: str, reason: str) -> None:
        self.run(SQL.end_subscription, id=subscription_id, by=by, reason=reason)
