"""What is masked in free text, and what is left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.masking import mask, mask_name

FULL_WIDTH = str.maketrans("0123456789+-X ", "０１２３４５６７８９＋－Ｘ\u3000")
MASKED = [
    ("打13812345678", "打138****5678"),
    ("+8613812345678", "138****5678"),
    ("+86 138 1234 5678", "138****5678"),
    ("(+86)138-1234-5678", "(+86)138****5678"),
    ("008613812345678", "138****5678"),
    ("8613812345678", "138****5678"),
    ("013812345678", "138****5678"),
    ("0138 1234 5678", "138****5678"),
    ("138-1234-5678或19900000001", "138****5678或199****0001"),
    ("138.1234.5678", "138****5678"),
    ("138 - 1234 - 5678", "138****5678"),
    ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
    ("1381 234 5678", "138****5678"),
    ("138\n1234\n5678", "138****5678"),
    ("电话１３８１２３４５６７８。", "电话138****5678。"),
    ("＋８６　１３８－１２３４－５６７８", "138****5678"),
    ("幺三八一二三四五六七八", "138****5678"),
    ("13812345678 13912345678", "138****5678 139****5678"),
    ("证330822199001011234号", "证330822********1234号"),
    ("33082219900101123X,33082219900101123x", "330822********123X,330822********123x"),
    ("330822 19900101 1234", "330822********1234"),
    ("330822-1990-0101-123X", "330822********123X"),
    ("３３０８２２１９９００１０１１２３Ｘ", "330822********123X"),
    ("330822900101123", "330822******123"),
    ("座机0570-5012345", "座机0570***2345"),
    ("(0570)5012345", "(0570***2345"),
    ("010 65123456", "010***3456"),
    ("+86 570 5012345", "+86 570***2345"),
    ("信箱zhang.san_88@163.com。", "信箱z***@163.com。"),
]
LEFT = [
    "案件20261123-000001",
    "20261123-138123",
    "编号20261123000123",
    "12345热线",
    "12812345678",  # no mobile begins with 12
    "1381234567",
    "138123456789",
    "33082219900101123",  # one digit short
    "3308221990010112345",
    "330822111001001",  # the code of a grid: no birthday in it
    "2026-11-23 09:00:00",
    "118.5123,28.9123",
    "13.5米,138.5米",
    "2.5@3",
    "一三五号楼",
    "",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", LEFT)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask(text) == text


GAPS = st.sampled_from(["", " ", "-"])


@given(
    st.sampled_from(["", "0", "+86", "+86 ", "86", "0086"]),
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.lists(GAPS, min_size=10, max_size=10),
    st.booleans(),
    st.sampled_from(["", "打", "tel:", "(", "，"]),
    st.sampled_from(["", "找我", "。", ")", "x"]),
)
def test_no_mobile_survives_however_it_is_written(
    prefix: str, phone: str, gaps: list[str], wide: bool, before: str, after: str
) -> None:
    written = prefix + "".join(digit + gap for digit, gap in zip(phone, [*gaps, ""], strict=True))
    masked = mask(before + (written.translate(FULL_WIDTH) if wide else written) + after)
    assert masked == f"{before}{phone[:3]}****{phone[7:]}{after}"
    assert mask(masked) == masked


@given(
    st.from_regex(r"[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", fullmatch=True),
    st.booleans(),
)
def test_no_identity_number_survives(number: str, wide: bool) -> None:
    masked = mask(f"证件{number.translate(FULL_WIDTH) if wide else number}。")
    assert not re.search(r"\d{7}", masked)
    assert mask(masked) == masked


@pytest.mark.parametrize(("name", "masked"), [("张三丰", "张**"), ("张", "张"), ("", "")])
def test_of_a_name_the_family_name_stays(name: str, masked: str) -> None:
    assert mask_name(name) == masked
