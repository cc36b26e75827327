"""Why a case is what it is, in words for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.intake.domain.understanding import Step

# by → why, Chinese and English; {value} and {detail} of the step
_WHY = {
    "report": ("来源报送", "the report says so"),
    "category": ("类别 {detail} 的规定", "that is what category {detail} has"),
    "source": ("来源 {detail} 的规定", "that is how reports of {detail} are taken"),
    "keywords": ("文字中有关键词:{detail}", "keywords in the text: {detail}"),
    "rule": ("规则“{detail}”", "rule “{detail}”"),
    "position": ("按坐标定位", "by its position"),
    "grid_code": ("按网格编码 {detail}", "by the grid code {detail}"),
    "camera": ("按摄像机 {detail} 的位置", "by the place of camera {detail}"),
    "photo": ("按照片的拍摄位置", "by where its photo was taken"),
    "address": ("按地址中的名称:{detail}", "by names in the address: {detail}"),
    "nothing": ("没有依据", "there was nothing to go by"),
}
_PLACE_WHY = {
    ("outside_grids", "position"): ("坐标在所有网格之外", "the position lies outside of every grid"),
    ("outside_grids", "camera"): ("摄像机 {detail} 在所有网格之外", "camera {detail} lies outside of every grid"),
    ("ambiguous_address", "address"): (
        "名称 {detail} 不能确定到一个网格,请指挥室确定",
        "the names {detail} do not mean exactly one grid: the desk decides",
    ),
    ("no_position", "grid_code"): ("没有编码为 {detail} 的网格", "there is no grid with the code {detail}"),
    ("no_position", "camera"): ("没有登记摄像机 {detail}", "camera {detail} is not known"),
    ("no_position", "nothing"): ("没有坐标,地址中没有已知名称", "no position, and no known name in the address"),
}
_HINTED = ("{0}(地址像是网格 {detail})", "{0} (its address would mean grid {detail})")
_UNNAMED = ("来源未报类别", "the report names no category")


def explain(steps: Iterable[Step]) -> list[dict[str, str]]:
    """Each step with its reason in Chinese and English; of each `what` the last one is in force."""
    return [_explained(*step) for step in steps]


def _explained(what: str, value: str, by: str, detail: str) -> dict[str, str]:
    zh, en = _PLACE_WHY.get((value, by), _WHY[by])
    if what == "category" and by == "nothing":
        zh, en = _UNNAMED
    if value == "outside_grids" and by == "position" and detail:
        zh, en = _HINTED[0].replace("{0}", zh), _HINTED[1].replace("{0}", en)
    words = {"value": value, "detail": detail}
    return {"what": what, "value": value, "by": by, "why_zh": zh.format(**words), "why_en": en.format(**words)}


def explain_likeness(row: dict[str, Any]) -> dict[str, str]:
    """Why a case is suggested as a duplicate; `metres`, `minutes`, `same_category`, `words`."""
    hours, alike = row["minutes"] / 60, round(100 * row["words"])
    same = ("同一小类", "the same category") if row["same_category"] else ("同一大类", "the same class")
    return {
        "why_zh": f"相距 {row['metres']:.0f} 米,相隔 {hours:.1f} 小时,{same[0]},文字相似 {alike}%",
        "why_en": f"{row['metres']:.0f} m and {hours:.1f} h apart, {same[1]}, words {alike} % alike",
    }
