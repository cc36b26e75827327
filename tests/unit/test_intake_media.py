"""What comes in is known by its bytes; what is kept tells nothing beside what is seen and heard."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from services.intake.domain.media import kind_of, linked, reference_of
from services.intake.errors import MediaBroken
from services.intake.media import pictures, sniff
from services.intake.media.boxes import free_boxes
from services.intake.media.elements import free_elements
from services.intake.media.pictures import free_picture
from tests.support.media import CANARY, PLACE, box, element, exif, photo, track, video, webm

HEADS = [
    (b"\xff\xd8\xff\xe0", sniff.JPEG),
    (b"\x89PNG\r\n\x1a\n", sniff.PNG),
    (b"RIFF....WEBPVP8 ", sniff.WEBP),
    (b"RIFF....WAVEfmt ", sniff.WAV),
    (b"RIFF....AVI LIST", None),
    (b"\0\0\0\x20ftypisom", sniff.MP4),
    (b"\0\0\0\x20ftypmp42", sniff.MP4),
    (b"\0\0\0\x14ftypqt  ", sniff.QUICKTIME),
    (b"\0\0\0\x20ftypM4A ", sniff.M4A),
    (b"\0\0\0\x20ftyp3gp5", sniff.GPP),
    (b"\0\0\0\x20ftypheic", "HEIC"),
    (b"\0\0\0\x20ftypavif", "AVIF"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", sniff.WEBM),
    (b"OggS" + bytes(24) + b"OpusHead", sniff.OGG),
    (b"OggS" + bytes(24) + b"\x01vorbis", sniff.OGG),
    (b"OggS" + bytes(24) + b"\x80theora", None),
    (b"ID3\x04", sniff.MP3),
    (b"\xff\xfb\x90\x64", sniff.MP3),
    (b"\xff\xf1\x50\x80", sniff.AAC),
    (b"\xff\xfeh\0e\0", None),  # text in UTF-16
    (b"#!AMR\n", sniff.AMR),
    (b"#!AMR-WB\n", sniff.AMR),
    (b"\x02#!SILK_V3", "SILK"),
    (b"%PDF-1.7", "PDF"),
    (b"GIF89a", "GIF"),
    (b"<html><script>", None),
    (b"<svg xmlns=", None),
    (b"PK\x03\x04", None),
    (b"", None),
]
DECLARED = [
    (sniff.JPEG, "image/jpeg", "image/jpeg"),
    (sniff.JPEG, "image/jpg; charset=binary", "image/jpeg"),
    (sniff.JPEG, "", "image/jpeg"),
    (sniff.JPEG, "application/octet-stream", "image/jpeg"),
    (sniff.JPEG, "text/plain", "image/jpeg"),  # what the web server says where nothing was said
    (sniff.JPEG, "image/png", None),
    (sniff.JPEG, "text/html", None),
    (sniff.MP4, "audio/mp4", "audio/mp4"),
    (sniff.MP4, "audio/x-m4a", "audio/mp4"),
    (sniff.QUICKTIME, "video/mp4", "video/quicktime"),
    (sniff.WEBM, "audio/webm;codecs=opus", "audio/webm"),
    (sniff.M4A, "video/mp4", "audio/mp4"),
    (sniff.AMR, "AUDIO/AMR", "audio/amr"),
]
Free = Callable[[bytes], tuple[pictures.Looks, bytes]]


@pytest.fixture
def free(tmp_path: Path) -> Free:
    """What is seen in these bytes, and what is left of them."""

    def do(data: bytes) -> tuple[pictures.Looks, bytes]:
        file, found = tmp_path / "file", sniff.sniff(data[: sniff.ENOUGH])
        assert isinstance(found, sniff.Format)
        file.write_bytes(data)
        if found.media_type.startswith("image/"):
            return free_picture(file, found), file.read_bytes()
        looks = free_elements(file) if found is sniff.WEBM else free_boxes(file)
        return looks, file.read_bytes()

    return do


@pytest.mark.parametrize(("head", "found"), HEADS, ids=lambda value: repr(value)[:24])
def test_a_file_is_known_by_its_first_bytes(head: bytes, found: sniff.Format | str | None) -> None:
    assert sniff.sniff(head) == found
    assert not isinstance(found, str) or sniff.REFUSED[found]


@given(st.binary(max_size=100))
def test_no_bytes_confuse_the_nose(head: bytes) -> None:
    found = sniff.sniff(head)
    assert found is None or found in sniff.REFUSED or found in sniff.FORMATS


@pytest.mark.parametrize(("found", "declared", "kept"), DECLARED)
def test_what_is_declared_must_fit(found: sniff.Format, declared: str, kept: str | None) -> None:
    assert sniff.declared_as(found, declared) == kept
    assert kept is None or kept in sniff.ENDINGS


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_tells_where_it_was_taken_and_then_nothing_any_more(form: str, free: Free) -> None:
    before = photo(form)
    assert CANARY in before and (b"Exif" in before or b"eXIf" in before or b"EXIF" in before)
    looks, after = free(before)
    assert (looks.position, looks.width, looks.height) == (PLACE, 640, 400)
    assert not any(word in after for word in (CANARY, b"Exif", b"eXIf", b"EXIF", b"XMP", b"tEXt"))
    assert _same(before, after), "not one pixel may change"
    small = Image.open(io.BytesIO(looks.thumbnail or b""))
    assert (small.format, small.size, dict(small.getexif())) == ("JPEG", (480, 300), {})
    assert free(after)[1] == after, "done twice is done once"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_which_side_is_up_is_all_that_stays(form: str, orientation: int, free: Free) -> None:
    looks, after = free(photo(form, told=exif(orientation)))
    assert dict(Image.open(io.BytesIO(after)).getexif()) == {0x0112: orientation}
    assert (looks.width, looks.height) == ((640, 400) if orientation == 3 else (400, 640))
    small = Image.open(io.BytesIO(looks.thumbnail or b""))
    corner = small.getpixel((5, 5))
    red_first = {3: False, 6: True, 8: False}[orientation]
    assert (corner[0] > 200, corner[2] > 200) == (red_first, not red_first)  # type: ignore[index]


def test_what_follows_the_end_of_a_photo_goes(free: Free) -> None:
    """Phones append whole videos, with their position, to a photo."""
    _, after = free(photo() + video())
    assert after.endswith(b"\xff\xd9") and b"ftyp" not in after
    assert not free(photo("PNG") + CANARY)[1].endswith(CANARY)
    assert not free(photo("WEBP") + CANARY)[1].endswith(CANARY)


def test_colours_and_progressive_scans_stay(free: Free) -> None:
    profile = b"\0\0\2\x0clcms" + bytes(516)
    before = photo(progressive=True, icc_profile=profile)
    _, after = free(before)
    assert Image.open(io.BytesIO(after)).info["icc_profile"] == profile
    assert _same(before, after)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_broken_photo_is_refused_with_a_reason(form: str, free: Free) -> None:
    whole = photo(form, told=b"")
    for data in (whole[: len(whole) // 2], whole[:70]):
        with pytest.raises(MediaBroken):
            free(data)


def test_a_photo_that_would_burst_the_memory_is_not_decoded(free: Free) -> None:
    head = bytearray(photo("PNG", told=b""))
    head[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(MediaBroken):
        free(bytes(head))
    big = Image.new("1", (8000, 8000))
    out = io.BytesIO()
    big.save(out, "PNG")
    with pytest.raises(MediaBroken, match="8000 × 8000 pixels"):
        free(out.getvalue())


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (1, 2), 3: "E", 4: (1, 2, 3)},
        {1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)},
        {1: "N", 2: (91, 0, 0), 3: "E", 4: (10, 0, 0)},
        {1: "N", 2: (float("nan"), 0, 0), 3: "E", 4: (10, 0, 0)},
        {1: "", 2: (1, 0, 0), 3: "E", 4: (10, 0, 0)},
        {1: 5, 2: "x", 3: None, 4: b"\0"},
    ],
)
def test_a_position_that_makes_no_sense_is_none(gps: dict[int, object]) -> None:
    assert pictures.position_of(gps) is None


def test_south_and_west_are_negative() -> None:
    assert pictures.position_of({1: "S", 2: (28, 30, 0), 3: "W", 4: (118, 15, 0)}) == (-118.25, -28.5)


@pytest.mark.parametrize("brand", [b"qt  ", b"isom", b"3gp4", b"M4A "])
def test_a_video_tells_where_it_was_taken_and_then_nothing_any_more(brand: bytes, free: Free) -> None:
    before = video(brand)
    assert before.count(CANARY) >= 9
    looks, after = free(before)
    assert looks.position == PLACE
    assert CANARY not in after and b"28.92" not in after and b"quicktime.location" not in after
    assert len(after) == len(before), "nothing moves: the offsets in it stay right"
    assert b"P" * 300 + b"S" * 100 in after and after.count(b"trak") == 2
    assert free(after)[1] == after


def test_a_video_without_anything_to_hide_stays_as_it_is(free: Free) -> None:
    at = 8 + 12 + 8
    plain = box(b"ftyp", b"isom", bytes(8)) + box(b"mdat", b"P" * 50)
    plain += box(b"moov", box(b"trak", track(b"vide", at, [50])[8 + 88 : -8 - 8 - len(CANARY)]))
    assert free(plain) == (pictures.Looks(), plain)


def test_a_broken_video_is_refused_with_a_reason(free: Free) -> None:
    whole = video()
    for data in (whole[:200], whole[:-300], box(b"ftyp", b"isom") + box(b"moov"), whole + b"\0\0\0\4free"):
        with pytest.raises(MediaBroken):
            free(data)
    names_too_much = box(b"ftyp", b"qt  ") + box(b"moov", track(b"vide", 0, [1]), track(b"meta", 10, [10**6]))
    with pytest.raises(MediaBroken):
        free(names_too_much)


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_bytes_break_the_reading_of_boxes(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    file = tmp_path_factory.getbasetemp() / "noise"
    whole = video()
    for data, read in ((whole[:at] + noise + whole[at:], free_boxes), (webm()[:at] + noise, free_elements)):
        file.write_bytes(data)
        try:
            read(file)
        except MediaBroken:
            continue


@pytest.mark.parametrize("streamed", [False, True])
def test_the_tags_of_a_webm_go(streamed: bool, free: Free) -> None:
    before = webm(streamed)
    _, after = free(before)
    assert CANARY in before and CANARY not in after
    assert len(after) == len(before) and b"B" * 50 in after
    assert free(after)[1] == after


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 200])
def test_a_wiped_element_ends_where_it_ended(length: int, free: Free) -> None:
    short = bytes.fromhex("1254c367") + bytes([0x80 | length]) if length < 127 else element(0x1254C367, b"")[:12]
    short = short if length < 127 else short[:4] + (length | 1 << 56).to_bytes(8, "big")
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    before = head + short + b"x" * length + element(0x1F43B675, b"B" * 9)
    _, after = free(before)
    assert len(after) == len(before) and after.endswith(element(0x1F43B675, b"B" * 9)) and b"x" not in after[40:]


def test_what_reports_refer_to() -> None:
    own = reference_of("ab" * 32)
    assert own == "m-" + "ab" * 20
    kinds = [kind_of(text) for text in (own, "https://x/1.jpg", "javascript:alert(1)", "photo-ref", own.upper())]
    assert kinds == ["media", "url", "text", "text", "text"]
    rows = linked("c1", ["a", "b", "a"], {"note": "", "evidence": ["b", "e"]})
    assert {(row["reference"], row["role"]) for row in rows} == {("a", "report"), ("b", "report"), ("e", "evidence")}


def _same(one: bytes, other: bytes) -> bool:
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    return ImageChops.difference(first, second).getbbox() is None
