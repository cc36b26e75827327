"""Figures of follow-ups: shares with their bounds and what they are shares of, and what is an alarm."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
# what stands in the way of words: of everyday Chinese and English, and of this field
STOP_WORDS = frozenset(
    [
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "没有",
        "已经",
        "还是",
        "就是",
        "可以",
        "现在",
        "时候",
        "什么",
        "怎么",
        "因为",
        "所以",
        "但是",
        "一个",
        "一下",
        "问题",
        "处理",
        "解决",
        "办理",
        "谢谢",
        "the",
        "and",
        "was",
        "were",
        "has",
        "had",
        "have",
        "not",
        "but",
        "for",
        "with",
        "this",
        "that",
        "they",
        "them",
        "you",
        "your",
        "our",
        "are",
        "is",
        "it",
        "its",
        "in",
        "on",
        "at",
        "to",
        "of",
        "an",
        "we",
    ]
)
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_WORD = re.compile(r"[a-z][a-z'\-]+")


@dataclass(frozen=True)
class Figuring:
    """A town's own: below which share of satisfaction there is an alarm, from how many ratings on, and which words are
    not counted."""

    alarm: float = 0.85
    alarm_from: int = 20
    stop_words: Collection[str] = STOP_WORDS


def wilson(hits: int, of: int) -> tuple[float, float] | None:
    """The bounds (95 %) of a share when only a sample was asked (Wilson 1927): narrow when many were asked, never
    outside 0 to 1; None of nothing."""
    if not of:
        return None
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(round(middle - half, 4), 0.0), min(round(middle + half, 4), 1.0)


def rate(hits: int, of: int) -> dict[str, Any]:
    """A share with its denominator and its bounds."""
    bounds = wilson(hits, of)
    return {
        "share": round(hits / of, 4) if of else None,
        "hits": hits,
        "of": of,
        "low": bounds and bounds[0],
        "high": bounds and bounds[1],
    }


def figures(counts: Mapping[str, Any], figuring: Figuring) -> dict[str, Any]:
    """What the counts of a unit, a category or the town come to.

    Response: of those whose asking is over, how many have answered. Resolution: of those answers that count, how many
    say yes. Satisfaction: of those that rate, how many are satisfied or mostly so. Reached: of those who were called,
    how many spoke to us. Who was not asked is in none of them, and stands beside them."""
    satisfaction = rate(counts["satisfied"] + counts["mostly_satisfied"], counts["rated"])
    return {
        "matters": counts["matters"],
        "asked": counts["asked"],
        "not_asked": {name: counts[name] for name in ("nobody", "unreachable", "left_out", "withdrawn")},
        "open": counts["open"],
        "not_counted": counts["not_counted"],
        "objections": counts["objections"],
        "response": rate(counts["answered"], counts["answered"] + counts["expired"]),
        "resolution": rate(counts["yes"], counts["judged"]) | {"partly": counts["partly"], "no": counts["no"]},
        "satisfaction": satisfaction | {"dissatisfied": counts["dissatisfied"]},
        "reached": rate(counts["reached"], counts["called"]),
        "attempts": counts["attempts"],
        "hours_to_answer": counts["hours_to_answer"],
        "alarm": is_alarm(satisfaction, figuring),
    }


def is_alarm(satisfaction: Mapping[str, Any], figuring: Figuring) -> bool:
    """Whether satisfaction is worse than the town bears, and not by a few ratings only."""
    return satisfaction["of"] >= figuring.alarm_from and satisfaction["share"] < figuring.alarm


def recurring(texts: Iterable[str], stop_words: Collection[str], most: int = 50) -> list[dict[str, Any]]:
    """Words that recur, with the number of texts that hold them: English words, and pairs of Chinese signs, which is
    what one gets without a dictionary. The most frequent first; what stands in one text only is left out."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(_words(text) - set(stop_words))
    often = sorted(((n, word) for word, n in counted.items() if n > 1), key=lambda one: (-one[0], one[1]))
    return [{"word": word, "texts": n} for n, word in often[:most]]


def _words(text: str) -> set[str]:
    pairs = {run[n : n + 2] for run in _CJK.findall(text) for n in range(len(run) - 1)}
    return pairs | set(_WORD.findall(text.lower()))
