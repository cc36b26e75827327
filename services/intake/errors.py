"""Errors of intake.

IntakeError
├── CaseUnknown        no case has this number
├── CategoryUnknown    the catalogue has no such category
├── SourceUnknown      there is no source of this name
├── SourceOfFolder     the town's folder names the source: it is changed there
└── NotWaiting         the case does not wait for the desk any more
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


class SourceUnknown(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"there is no source {source!r}: `sources` lists those that there are")


class SourceOfFolder(IntakeError):
    def __init__(self, source: str):
        super().__init__(f"the source {source!r} is in the town's folder: change sources.yaml and load that again")


class NotWaiting(IntakeError):
    def __init__(self, number: str, state: str):
        super().__init__(f"case {number} is {state}: only a submitted case can be accepted or rejected")
