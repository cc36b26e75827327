"""Errors of intake.

IntakeError
├── CaseUnknown        no case has this number
├── CategoryUnknown    the catalogue has no such category
├── NotAtHand          the case has ended: there is no reason any more to look people up
├── NotWaiting         the case does not wait for the desk any more
├── NumberWrong        what was given is no telephone number
└── PersonUnknown      nobody with this telephone number has reported anything
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


class NotAtHand(IntakeError):
    def __init__(self, number: str, state: str):
        super().__init__(f"case {number} is {state}: the register is for open cases only")


class NumberWrong(IntakeError):
    def __init__(self) -> None:
        super().__init__("this is no telephone number: write it as 13812345678, 0570-5012345 or +8613812345678")


class PersonUnknown(IntakeError):
    def __init__(self) -> None:
        super().__init__("nobody with this telephone number is known here: there is nothing to erase")
