"""A session: from signing in until signing out. It lives on by its refresh token, which is a new one each time.

Each token names the session and counts on. The one before the current may come again for a moment, because the answer
was lost on the way: it gets the same answer. An older one can only be a copy that somebody has taken: the session ends.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

IDLE, LONGEST = dt.timedelta(days=14), dt.timedelta(days=90)  # without use, and at all
AGAIN = dt.timedelta(seconds=60)  # in which an answer that was lost is given again
MOST = 10  # sessions of a member at once; the oldest ends for the eleventh

TURN, REPEAT, REUSED, ENDED = "turn", "repeat", "reused", "ended"


@dataclass(frozen=True)
class Session:
    """One sign-in of a member; `turn` counts its refresh tokens, the last of which was given at `turned_at`."""

    id: str
    member_id: str
    turn: int
    started_at: dt.datetime
    turned_at: dt.datetime
    ended: bool = False


def ends_at(session: Session) -> dt.datetime:
    """When it ends by itself."""
    return min(session.turned_at + IDLE, session.started_at + LONGEST)


def judge(session: Session, turn: int, active: bool, now: dt.datetime) -> str:
    """What becomes of a refresh token: TURN, a new one; REPEAT, the current one again; REUSED, end the session; ENDED,
    it is over already. `active`: the member is still on the roll."""
    if session.ended or not active or now >= ends_at(session):
        return ENDED
    if turn == session.turn:
        return TURN
    if turn == session.turn - 1 and now - session.turned_at <= AGAIN:
        return REPEAT
    return REUSED
