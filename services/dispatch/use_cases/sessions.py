"""Sessions of members: begun, kept up, ended."""

from __future__ import annotations

import datetime as dt

from services.dispatch.domain.access import END_SESSIONS, Matter, Person, grant, may
from services.dispatch.domain.sessions import ENDED, REPEAT, REUSED, TURN, judge
from services.dispatch.errors import NothingSuch, SessionOver
from services.dispatch.proofs import Proofs
from services.dispatch.proofs.tokens import GOOD_FOR
from services.dispatch.store import OpenWork, Row, Work
from shared.messaging.envelope import new_id


def open_session(known: Row, via: str, device: str, proofs: Proofs, work: Work) -> Row:
    """The tokens of a new session of a member."""
    session_id = new_id()
    work.add_session(session_id, known["member_id"], via, device)
    return _tokens(known, session_id, 1, work.now(), proofs)


def refresh(token: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The next tokens of a session. A token that was followed by another ends it. Raises SessionOver."""
    named = proofs.tokens.read_refresh(token)
    if named is None:
        raise SessionOver
    with open_work() as work:
        session = work.lock_session(named.session_id)
        known = work.somebody(session.member_id) if session else None
        verdict = judge(session, named.turn, known is not None, work.now()) if session else ENDED
        if verdict == TURN:
            work.turn_session(named.session_id)
        if verdict in (REUSED, ENDED):
            work.end_session(named.session_id, "reused" if verdict == REUSED else "over")
        now = work.now()
        work.commit()
    if known is None or verdict not in (TURN, REPEAT):
        raise SessionOver
    return _tokens(known, named.session_id, named.turn + 1, now, proofs)


def sign_out(token: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The session of this refresh token ends; one that has ended is left alone. Raises SessionOver."""
    named = proofs.tokens.read_refresh(token)
    if named is None:
        raise SessionOver
    with open_work() as work:
        ended = work.end_session(named.session_id, "signed_out")
        work.commit()
    return {"ended": int(ended is not None)}


def end_session(session_id: str, person: Person, open_work: OpenWork) -> Row:
    """A session ends: one's own, or whose one may. Raises NothingSuch."""
    with open_work() as work:
        session = work.lock_session(session_id)
        if session is None or not may(person, END_SESSIONS, Matter((session.member_id,))):
            raise NothingSuch(f"there is no session {session_id!r} that you may end")
        ended = work.end_session(session_id, "ended", person.name)
        work.commit()
    return {"ended": int(ended is not None)}


def end_sessions_of(member_id: str, why: str, who: str, open_work: OpenWork) -> int:
    """All sessions of a member end; gives how many were open."""
    with open_work() as work:
        ended = work.end_sessions(member_id, why, who)
        work.commit()
    return ended


def forget_access(open_work: OpenWork) -> None:
    """What is over is noted so, and forgotten in its time."""
    with open_work() as work:
        work.forget_access()
        work.commit()


def _tokens(known: Row, session_id: str, turn: int, now: dt.datetime, proofs: Proofs) -> Row:
    granted = grant(known["post"], known["unit"], known["whole_town"])
    return {
        "access_token": proofs.tokens.access(known["member_id"], granted, session_id, now),
        "token_type": "Bearer",
        "expires_in": int(GOOD_FOR.total_seconds()),
        "refresh_token": proofs.tokens.refresh(session_id, turn),
        "session_id": session_id,
        "member_id": known["member_id"],
    } | granted._asdict()
