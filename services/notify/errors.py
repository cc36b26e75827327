"""What notify cannot do, with a text that says how to repair it.

NotifyError
├── DeliveryUnknown   there is no delivery with this id
├── NotUncertain      only what is uncertain is settled by hand
├── AccountUnknown    there is no such account
├── SilenceUnknown    there is no silence with this id
├── SilenceOver       it has ended already
├── SilenceRefused    it may not be like this; `mistakes` say why
├── MemberUnknown     there is no such member
├── KindUnknown       nothing of this kind is ever said
├── VersionUnknown    the words of a kind have no such version
├── NothingBefore     the words in force are those that the product comes with
├── NoSuchNotice      there is no notice to show words with
├── WordsRefused      the words have mistakes
├── CaseUnknown       there is no case with this number
├── SubscriptionUnknown   there is no subscription with this id
├── SubscriptionEnded     it was ended before
└── NotYours              whoever asks may not have or end this subscription
"""

from __future__ import annotations

from collections.abc import Iterable


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


class SilenceUnknown(NotifyError):
    def __init__(self, silence_id: str):
        super().__init__(f"there is no silence {silence_id[:40]!r}: look at the list of silences")


class SilenceOver(NotifyError):
    def __init__(self, silence_id: str):
        super().__init__(f"the silence {silence_id} is over already: nothing is left to end")


class SilenceRefused(NotifyError):
    def __init__(self, mistakes: list[tuple[str, str, str]]):
        super().__init__("; ".join(f"{field}: {problem}: {repair}" for field, problem, repair in mistakes))
        self.mistakes = mistakes


class MemberUnknown(NotifyError):
    def __init__(self, member: str):
        super().__init__(f"nobody is called {member[:40]!r} here: members come from dispatch")


class KindUnknown(NotifyError):
    def __init__(self, kind: str):
        super().__init__(f"nothing of the kind {kind[:60]!r} is ever said: see `templates list`")


class VersionUnknown(NotifyError):
    def __init__(self, kind: str, version: int):
        super().__init__(f"{kind} has no version {version}: see `templates show {kind}`")


class NothingBefore(NotifyError):
    def __init__(self, kind: str):
        super().__init__(f"{kind} has the words that the product comes with: there is nothing before them")


class NoSuchNotice(NotifyError):
    def __init__(self, kind: str, number: str):
        super().__init__(
            f"nobody was told {kind} about {number[:40]!r}: name another case, or none to see it with examples"
        )


class WordsRefused(NotifyError):
    def __init__(self, problems: Iterable[str]):
        super().__init__("the words are refused, nothing has changed\n" + "\n".join(problems))


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
