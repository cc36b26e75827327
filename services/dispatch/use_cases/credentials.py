"""What members prove themselves with: passwords and one-time codes, set by themselves or by an administrator."""

from __future__ import annotations

from collections.abc import Callable

from services.dispatch.errors import CodeWanted, NothingSuch
from services.dispatch.proofs import Proofs
from services.dispatch.proofs.passwords import new_password
from services.dispatch.store import OpenWork, Row
from services.dispatch.use_cases.signing_in import prove, refuse, tries_of


def offer_code(member_id: str, password: str, address: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """A secret for an authenticator app; it counts once its first code was shown. Raises as `sign_in`."""
    prove(member_id, password, tries_of(address, proofs, member_id), proofs, open_work)
    secret = proofs.codes.new()
    with open_work() as work:
        work.put_new_code(member_id, proofs.codes.seal(secret, member_id))
        work.commit()
    return {"secret": proofs.codes.text(secret), "uri": proofs.codes.uri(secret, member_id)}


def confirm_code(member_id: str, password: str, code: str, address: str, proofs: Proofs, open_work: OpenWork) -> Row:
    """The app has the secret: a code is asked for from now on. Raises as `sign_in`."""
    known = prove(member_id, password, tries_of(address, proofs, member_id), proofs, open_work)
    if not known["code_new"]:
        raise NothingSuch("no secret was offered: ask for one without `code` first")
    step = proofs.codes.step_of(known["code_new"], member_id, code, 0, known["now"])
    if step is None:
        refuse(known, "code", open_work)
        raise CodeWanted
    with open_work() as work:
        work.put_code(member_id, known["code_new"], step, member_id)
        work.commit()
    return {"member_id": member_id, "confirmed": True}


def set_password(member_id: str, who: str, proofs: Proofs, open_work: OpenWork) -> str:
    """A random password, which the member has to change; its sessions end. Raises NothingSuch."""
    password = new_password()
    kept = proofs.passwords.hash(password)
    with open_work() as work:
        if work.somebody(member_id) is None:
            raise NothingSuch(f"there is no member {member_id!r} on the roll")
        work.end_sessions(member_id, "password_set", who)
        work.put_password(member_id, kept, True, who)
        work.commit()
    return password


def set_first_passwords(who: str, tell: Callable[[list[Row]], None], proofs: Proofs, open_work: OpenWork) -> int:
    """A random password for everybody on the roll who has none; gives how many. They are told (`member_id`, `name`,
    `password`) before anything is kept: one that nobody has read helps nobody."""
    with open_work() as work:
        new = [row | {"password": new_password()} for row in work.without_password()]
    kept = [proofs.passwords.hash(row["password"]) for row in new]
    tell(new)
    with open_work() as work:
        for row, password in zip(new, kept, strict=True):
            work.put_password(row["member_id"], password, True, who)
        work.commit()
    return len(new)


def drop_code(member_id: str, who: str, open_work: OpenWork) -> None:
    """The telephone is lost: no code is asked for any more, and the sessions end. Raises NothingSuch."""
    with open_work() as work:
        if work.somebody(member_id) is None:
            raise NothingSuch(f"there is no member {member_id!r} on the roll")
        work.end_sessions(member_id, "code_dropped", who)
        work.put_code(member_id, None, 0, who)
        work.commit()
