"""Errors of intake.

IntakeError
├── ApiKeyUnknown      no key has this id
├── CaseUnknown        no case has this number (or not for this caller)
├── CategoryUnknown    the catalogue has no such category
├── NotAtHand          the case has ended: there is no reason any more to look people up
├── NumberWrong        what was given is no telephone number
├── PersonUnknown      nobody with this telephone number has reported anything
├── ImportedElsewhere  another process imports this file now
├── KeyBusy            a request with this key is being answered
├── KeyUsed            another request had this key
├── NeverAcknowledged  this source has acknowledged nothing, so nobody knows what it has missed
├── SourceUnknown      there is no source of this name
├── SourceHasNoKeys    the source is not one of Open311 clients
├── SourceOfFolder     the town's folder names the source: it is changed there
├── MediaUnknown       no upload has this reference, or its content is gone
├── MediaRefused       a photo, video or sound is not taken
│   ├── MediaBroken    its bytes are not what they should be
│   └── MediaTooLarge  it is larger than its kind may be
├── StoreAway          the media store is full or away; nothing was kept
└── NotPossible        the state of the case does not allow it
    └── MovedOn        the case has moved on since the caller looked at it
"""

from __future__ import annotations


class IntakeError(Exception):
    """Base of what can go wrong in intake."""


class ApiKeyUnknown(IntakeError):
    def __init__(self, key_id: str):
        super().__init__(f"there is no key {key_id!r}: list them with open311-keys SOURCE")


class CaseUnknown(IntakeError):
    def __init__(self, number: str):
        super().__init__(f"there is no case {number!r}: look the number up with GET /intake/cases")


class CategoryUnknown(IntakeError):
    def __init__(self, category: str):
        super().__init__(f"the catalogue has no category {category!r}")


class SourceUnknown(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"there is no source {source!r}: `sources` lists those that there are")


class SourceOfFolder(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"the source {source!r} is in the town's folder: change sources.yaml and load that again")


class NotPossible(IntakeError):
    """`why` says what is the matter, and what to do instead."""

    def __init__(self, number: str, why: str):
        super().__init__(f"case {number}: {why}")


class MovedOn(NotPossible):
    def __init__(self, number: str, version: int):
        super().__init__(number, f"it has moved on to version {version}: look again, then decide")


class MediaUnknown(IntakeError):
    def __init__(self, reference: str):
        super().__init__(f"there is no media {reference!r}: it has not been uploaded yet, or was forgotten")


class MediaRefused(IntakeError):
    """`repair` says what the sender can do."""

    def __init__(self, problem: str, repair: str):
        super().__init__(problem)
        self.repair = repair


class MediaBroken(MediaRefused):
    def __init__(self, problem: str):
        super().__init__(problem, "take it or export it again, and send the whole file")


class MediaTooLarge(MediaRefused):
    def __init__(self, kind: str, most: int):
        super().__init__(f"at most {most} bytes of {kind} are taken", "send a shorter or smaller one")


class StoreAway(IntakeError):
    def __init__(self, problem: str):
        super().__init__(f"{problem}; nothing was kept, send it again later")


class SourceHasNoKeys(IntakeError):
    def __init__(self, source: str):
        super().__init__(
            f"{source!r} is no source of the kind open311: add one to sources.yaml and load the town again"
        )


class ImportedElsewhere(IntakeError):
    def __init__(self, file: str):
        super().__init__(f"{file} is being imported by another process: wait for it, its rows count once")


class KeyBusy(IntakeError):
    def __init__(self, key: str):
        super().__init__(f"a request with the {key} is being answered now: send it again in a moment")


class KeyUsed(IntakeError):
    def __init__(self, key: str):
        super().__init__(f"another request had the {key}: a new request needs a new one, the same one the same body")


class NeverAcknowledged(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"{source!r} has never acknowledged anything: give what it believes (FILE=believed.csv)")


class NotAtHand(IntakeError):
    def __init__(self, number: str, state: str):
        super().__init__(f"case {number} is {state}: the register is for open cases only")


class NumberWrong(IntakeError):
    def __init__(self) -> None:
        super().__init__("this is no telephone number: write it as 13812345678, 0570-5012345 or +8613812345678")


class PersonUnknown(IntakeError):
    def __init__(self) -> None:
        super().__init__("nobody with this telephone number is known here: there is nothing to erase")
