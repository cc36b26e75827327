"""Errors of intake.

IntakeError
├── ApiKeyUnknown      no key has this id
├── CaseUnknown        no case has this number
├── CategoryUnknown    the catalogue has no such category
├── NotWaiting         the case does not wait for the desk any more
└── SourceHasNoKeys    the source is not one of Open311 clients
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


class NotWaiting(IntakeError):
    def __init__(self, number: str, state: str):
        super().__init__(f"case {number} is {state}: only a submitted case can be accepted or rejected")


class SourceHasNoKeys(IntakeError):
    def __init__(self, source: str):
        super().__init__(
            f"{source!r} is no source of the kind open311: add one to sources.yaml and load the town again"
        )
