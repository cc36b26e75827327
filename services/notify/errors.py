"""What notify cannot do, with a text that says how to repair it.

NotifyError
├── DeliveryUnknown   there is no delivery with this id
├── NotUncertain      only what is uncertain is settled by hand
├── AccountUnknown    there is no such account
├── CaseUnknown       there is no case with this number
├── SubscriptionUnknown   there is no subscription with this id
├── SubscriptionEnded     it was ended before
└── NotYours              whoever asks may not have or end this subscription
"""

from __future__ import annotations


class NotifyError(Exception):
    """Something was asked of notify that it cannot do."""


class DeliveryUnknown(NotifyError):
    def __init__(self, delivery_id: str):
        super().__init__(f"there is no delivery {delivery_id[:40]!r}: look at the list of what is uncertain")


class NotUncertain(NotifyError):
    def __init__(self, state: str):
        super().__init__(f"the delivery is {state}: only what is uncertain is settled by hand")
        self.state = state


class AccountUnknown(NotifyError):
    def __init__(self, account_id: str):
        super().__init__(f"there is no account {account_id[:40]!r}: see `channels list`")


class CaseUnknown(NotifyError):
    def __init__(self, number: str):
        super().__init__(f"there is no case {number[:40]!r}, or nothing has been heard of it yet")


class SubscriptionUnknown(NotifyError):
    def __init__(self, subscription_id: str):
        super().__init__(f"there is no subscription {subscription_id[:40]!r}: look at the list")


class SubscriptionEnded(NotifyError):
    def __init__(self, subscription_id: str):
        super().__init__(f"the subscription {subscription_id} was ended before: make a new one")


class NotYours(NotifyError):
    """Whoever asks may not do this; the text says whom to ask."""
