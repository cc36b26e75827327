"""Errors of intake.

IntakeError
├── CaseUnknown        no case has this number
├── CategoryUnknown    the catalogue has no such category
├── ImportedElsewhere  another process imports this file now
├── KeyBusy            a request with this key is being answered
├── KeyUsed            another request had this key
├── NeverAcknowledged  this source has acknowledged nothing, so nobody knows what it has missed
├── NotWaiting         the case does not wait for the desk any more
└── SourceUnknown      there is no such source
"""

from __future__ import annotations


class IntakeError(Exception):
    """Base of what can go wrong in intake."""


class CaseUnknown(IntakeError):
    def __init__(self, number: str):
        super().__init__(f"there is no case {number!r}: look the number up with GET /intake/cases")


class CategoryUnknown(IntakeError):
    def __init__(self, category: str):
        super().__init__(f"the catalogue has no category {category!r}")


class NotWaiting(IntakeError):
    def __init__(self, number: str, state: str):
        super().__init__(f"case {number} is {state}: only a submitted case can be accepted or rejected")


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


class SourceUnknown(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"there is no source {source!r}: the names are in sources.yaml of the town")
