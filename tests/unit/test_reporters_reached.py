"""What reporters get by text message, when, and by which accounts."""

from __future__ import annotations

import datetime as dt

import pytest

from services.intake.domain.persons import texted
from services.notify.channels.sms import MOST_OF_A_PLACE, place
from services.notify.domain.reporters import carries_links, not_before, words
from services.notify.domain.town_time import TOWN_TIME
from services.notify.store import shipped

LINK = "https://a-rather-long-name.of-a-town.example.gov.cn/callback/a/abcdefghijklmnopqrstuv"
CLOSES = dt.datetime(2026, 12, 9, 1, 30, tzinfo=dt.UTC)


def test_the_words_name_number_and_day_in_both_languages_and_fit_a_template() -> None:
    said = words("20261123-000001", LINK, CLOSES, shipped())
    assert said.title == "您反映的事项20261123-000001已办结,请于2026-12-09 09:30前评价"
    assert said.text == "Report 20261123-000001 is done: rate it by 2026-12-09 09:30"
    assert len(words("20261123-0000001", LINK, CLOSES, shipped()).title) <= MOST_OF_A_PLACE
    assert said.text == place("{text}", said) and said.title == place("{title}", said)


def test_a_link_is_never_cut() -> None:
    said = words("20261123-000001", LINK, CLOSES, shipped())
    assert place("{url}", said) == LINK and len(LINK) > MOST_OF_A_PLACE
    assert place("{code}", said) == "abcdefghijklmnopqrstuv"
    assert len(place("{title}{text}", said)) == MOST_OF_A_PLACE


@pytest.mark.parametrize(
    ("now", "level", "expected"),
    [
        ("2026-11-25 08:59", "P3", "2026-11-25 09:00"),
        ("2026-11-25 09:00", "P3", None),
        ("2026-11-25 19:59", "P4", None),
        ("2026-11-25 20:00", "P3", "2026-11-26 09:00"),
        ("2026-12-31 23:30", "P3", "2027-01-01 09:00"),
        ("2026-11-25 03:00", "P1", None),
        ("2026-11-25 23:00", "P2", None),
    ],
)
def test_nobody_is_woken_but_for_what_is_urgent(now: str, level: str, expected: str | None) -> None:
    at = dt.datetime.fromisoformat(now).replace(tzinfo=TOWN_TIME).astimezone(dt.UTC)
    begin = not_before(at, level)
    assert (begin and f"{begin:%Y-%m-%d %H:%M}") == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"template": "title={title},text={text}"}, False),
        ({"template": "title={title},link={url}"}, True),
        ({"template": "{title},{code}"}, True),
        ({"url": "https://gateway.example"}, True),  # no template: all of it is sent
    ],
)
def test_an_account_carries_a_link_where_there_is_a_place_for_it(settings: dict[str, str], expected: bool) -> None:
    assert carries_links(settings) is expected


@pytest.mark.parametrize(
    ("reporter", "expected"),
    [
        ({"phone": "139 1234 5678"}, "+8613912345678"),
        ({"phone": "+86 13912345678"}, "+8613912345678"),
        ({"phone": "+852 6123 4567"}, "+85261234567"),
        ({"phone": "0570-4012345"}, None),
        ({"phone": "13912345678", "anonymous": True}, None),
        ({"phone": "call me"}, None),
        ({"phone": None}, None),
        ({}, None),
    ],
)
def test_who_gets_a_text_message(reporter: dict[str, object], expected: str | None) -> None:
    assert texted(reporter) == expected
