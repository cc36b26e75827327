"""A member proves who it is, and gets the tokens of a session.

Every try is counted before it is looked at, in a transaction of its own, so that many at once are no more tries than
one after the other. Passwords and codes are looked at outside of any transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.dispatch.domain import attempts, passwords
from services.dispatch.domain.attempts import ADDRESS, MEMBER, Limit
from services.dispatch.domain.words import both
from services.dispatch.errors import AccountUnknown, CodeWanted, NothingSuch, PasswordRefused, SignInRefused, TooOften
from services.dispatch.proofs import Proofs
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.sessions import open_session

MUST_CHANGE = both("请设置新密码(new_password)", "set a password of your own: send it as `new_password`")


def sign_in(asked: Row, address: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The tokens of a new session, for `member_id`, `password`, perhaps `code`; `new_password` replaces the password.
    Raises SignInRefused, TooOften, PasswordRefused, NotNow."""
    member_id, code = asked["member_id"], asked["code"]
    tries = tries_of(address, proofs, member_id)
    known = prove(member_id, asked["password"], tries, proofs, open_work)
    step = _step(known, code or "", proofs)
    if step is None:
        refuse(known, "code", open_work)
        raise CodeWanted
    if why := _not_so(known, asked):
        with open_work() as work:
            _forgive(tries, work)
            work.commit()
        raise PasswordRefused(why)
    kept = proofs.passwords.hash(asked["new_password"]) if asked["new_password"] else None
    with open_work() as work:
        same = work.somebody(member_id)
        if same is None or same["password"] != known["password"] or (step and not work.use_code(member_id, step)):
            raise SignInRefused
        if kept:
            work.end_sessions(member_id, "password_changed", member_id)
            work.put_password(member_id, kept, False, member_id)
        signed = open_session(same, "code" if step else "password", asked["device"], proofs, work)
        _forgive(tries, work)
        work.commit()
    return signed


def sign_in_with(name: str, asked: Row, address: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The tokens of a new session, for a `code` of a chat platform. Raises SignInRefused, TooOften, NothingSuch,
    NotNow."""
    tries = tries_of(address, proofs)
    account = _account(name, _user(name, asked["code"], tries, proofs, open_work), proofs)
    with open_work() as work:
        member_id = work.member_of_account(name, account)
        known = work.somebody(member_id) if member_id else None
        if known is None:
            raise AccountUnknown
        signed = open_session(known, name, asked["device"], proofs, work)
        _forgive(tries, work)
        work.commit()
    return signed


def link_account(name: str, code: str, member_id: str, address: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The account on the chat platform that got this code is that of the member. Raises as `sign_in_with`."""
    tries = tries_of(address, proofs)
    account = _account(name, _user(name, code, tries, proofs, open_work), proofs)
    with open_work() as work:
        linked = _link(name, account, member_id, member_id, work)
        _forgive(tries, work)
        work.commit()
    return linked


def link_known_account(name: str, user: str, member_id: str, who: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The same, by an administrator who knows the user's id there. Raises NothingSuch."""
    with open_work() as work:
        linked = _link(name, _account(name, user, proofs), member_id, who, work)
        work.commit()
    return linked


def prove(member_id: str, password: str, tries: Mapping[str, Limit], proofs: Proofs, open_work: OpenWork) -> Row:
    """Who this is, with `now`; whoever is not known takes as long. Raises SignInRefused, TooOften, NotNow."""
    with open_work() as work:
        _count(tries, work)
        known = work.somebody(member_id)
        now = work.now()
        work.commit()
    if not proofs.passwords.fits(known["password"] if known else None, password) or known is None:
        refuse(known, "password", open_work)
        raise SignInRefused
    return known | {"now": now}


def refuse(known: Row | None, what: str, open_work: OpenWork) -> None:
    """Noted for members; the name of nobody may be a password in the wrong field."""
    if known:
        with open_work() as work:
            work.note_access(known["member_id"], "refused", known["member_id"], what)
            work.commit()


def _step(known: Row, code: str, proofs: Proofs) -> int | None:
    """0: no code is asked for; None: it is, and this is none."""
    if not known["code_secret"]:
        return 0
    return proofs.codes.step_of(known["code_secret"], known["member_id"], code, known["code_step"], known["now"])


def _account(name: str, user: str, proofs: Proofs) -> str:
    """The blind index of a user of a chat platform."""
    return proofs.ring.blind(user, f"account/{name}")


def _link(name: str, account: str, member_id: str, who: str, work: Work) -> Row:
    if work.somebody(member_id) is None:
        raise NothingSuch(f"there is no member {member_id!r} on the roll")
    work.link_account(name, account, member_id, who)
    return {"member_id": member_id, "provider": name}


def _user(name: str, code: str, tries: Mapping[str, Limit], proofs: Proofs, open_work: OpenWork) -> str:
    """Who got this code, as the platform calls the user."""
    provider = proofs.providers.get(name)
    if provider is None:
        raise NothingSuch(f"the town signs nobody in by {name[:40]!r}")
    with open_work() as work:
        _count(tries, work)
        work.commit()
    return provider.user_of(code)


def tries_of(address: str, proofs: Proofs, member_id: str | None = None) -> dict[str, Limit]:
    """The buckets that a try fills: neither addresses nor names of nobody are kept."""
    tries = {proofs.ring.blind(address, "address"): ADDRESS}
    return tries | ({proofs.ring.blind(member_id, "member"): MEMBER} if member_id else {})


def _count(tries: Mapping[str, Limit], work: Work) -> None:
    """One try more. Raises TooOften while a bucket is full, which does not fill it further."""
    buckets, now = work.lock_attempts(tries), work.now()
    if seconds := max(attempts.wait(bucket, tries[subject], now) for subject, bucket in buckets.items()):
        raise TooOften(seconds)
    work.put_attempts(attempts.tried(bucket, tries[subject], now) for subject, bucket in buckets.items())


def _forgive(tries: Mapping[str, Limit], work: Work) -> None:
    """It was right: the member's bucket is empty, and the address has tried once less."""
    now = work.now()
    work.put_attempts(attempts.forgiven(b, tries[s], now) for s, b in work.lock_attempts(tries).items())


def _not_so(known: Row, asked: Mapping[str, Any]) -> str | None:
    """Why the password cannot stay, or not become the new one."""
    if not asked["new_password"]:
        return MUST_CHANGE if known["must_change"] else None
    return passwords.weakness(asked["new_password"], known["member_id"], known["name"], asked["password"])
