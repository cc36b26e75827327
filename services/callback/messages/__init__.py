"""What callback says and hears, and what comes by HTTP."""

from services.callback.messages.heard import (
    CaseCorrected,
    CaseMerged,
    CaseRegistered,
    PersonErased,
    WorkVerified,
    WorkWithdrawn,
)
from services.callback.messages.outside import Answer, Attempt, Look, Objection, Reask, SecondAnswer
from services.callback.messages.said import CaseAnswered, FollowUpPlanned, ReworkAsked

__all__ = [
    "Answer",
    "Attempt",
    "CaseAnswered",
    "CaseCorrected",
    "CaseMerged",
    "CaseRegistered",
    "FollowUpPlanned",
    "Look",
    "Objection",
    "PersonErased",
    "Reask",
    "ReworkAsked",
    "SecondAnswer",
    "WorkVerified",
    "WorkWithdrawn",
]
