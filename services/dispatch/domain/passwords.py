"""Which passwords are good enough: long rather than odd, as NIST SP 800-63B asks."""

from __future__ import annotations

from itertools import pairwise

from services.dispatch.domain.words import both

SHORTEST, LONGEST = 10, 128  # characters
FEWEST = 5  # different characters


def weakness(password: str, member_id: str, name: str, old: str | None = None) -> str | None:
    """What is wrong with a new password, in Chinese and English; None when it is good enough."""
    if not SHORTEST <= len(password) <= LONGEST:
        return both(f"密码须为 {SHORTEST}–{LONGEST} 个字符", f"it must have {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < FEWEST:
        return both(f"密码至少包含 {FEWEST} 种不同字符", f"it must have {FEWEST} different characters")
    if _runs(password):
        return both("密码不能是连续的字符", "it must not be one run of neighbouring characters")
    if any(word and word.lower() in password.lower() for word in (member_id, name)):
        return both("密码不能包含姓名或编号", "it must not hold the member's name or id")
    if password == old:
        return both("新密码不能与原密码相同", "it must differ from the old one")
    return None


def _runs(password: str) -> bool:
    """1234567890, abcdefghij, and the same backwards."""
    steps = {ord(b) - ord(a) for a, b in pairwise(password)} - {9, -9}  # 9 → 0 goes on
    return steps in ({1}, {-1})
