"""What callback says and hears, and what comes by HTTP."""

from services.callback.messages.heard import (
    CaseCorrected,
    CaseMerged,
    CaseRegistered,
    PersonErased,
    ReporterAnswered,
    WorkResolved,
    WorkVerified,
    WorkWithdrawn,
)
from services.callback.messages.outside import (
    Answer,
    AnswerForm,
    Look,
    NotReached,
    Objection,
    Reask,
    SecondAnswer,
    Take,
)
from services.callback.messages.said import CaseAnswered, FollowUpPlanned, LinkDue, ReworkAsked

__all__ = [
    "Answer",
    "AnswerForm",
    "CaseAnswered",
    "CaseCorrected",
    "CaseMerged",
    "CaseRegistered",
    "FollowUpPlanned",
    "LinkDue",
    "Look",
    "NotReached",
    "Objection",
    "PersonErased",
    "Reask",
    "ReporterAnswered",
    "ReworkAsked",
    "SecondAnswer",
    "Take",
    "WorkResolved",
    "WorkVerified",
    "WorkWithdrawn",
]
