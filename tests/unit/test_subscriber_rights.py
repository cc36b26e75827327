"""What a subscriber may bind lets in no more than what was chosen for it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.provision import rights
from deploy.provision.hearing import Hearing, hearing

PARENTS = {"t1": None, "v1": "t1", "v2": "t1", "g1": "v1", "v.3": "t1"}
TRANSITIONS, CATEGORIES = ("work_assigned", "case_closed"), ("0102", "0103")
PLACES = ("-", "t1", "t1.v1", "t1.v1.g1", "t1.v2", "v1")
SAID = [".".join(key) for key in product(TRANSITIONS, CATEGORIES, PLACES)]
NOTICES = ["m001", "v1"]  # a member's notices, whose key is its name alone

chosen = st.fixed_dictionaries(
    {
        "transitions": st.lists(st.sampled_from(TRANSITIONS), unique=True),
        "categories": st.lists(st.sampled_from(CATEGORIES), unique=True),
        "areas": st.lists(st.sampled_from(["t1", "v1", "v2", "g1"]), unique=True),
    }
)
words = st.sampled_from(["*", "#", "", *TRANSITIONS, *CATEGORIES, "t1", "v1", "v2", "g1", "-", "m001"])
likely = st.builds(
    lambda *key: ".".join(filter(None, key)),
    st.sampled_from(["*", *TRANSITIONS]),
    st.sampled_from(["*", *CATEGORIES]),
    st.sampled_from(["t1", "t1.v1", "t1.v1.g1", "t1.v2", ""]),
    st.sampled_from(["", "#", "*", "g1.#"]),
)
bindings = likely | st.lists(words, min_size=1, max_size=6).map(".".join)


def lets_in(binding: str, key: str) -> bool:
    """How a topic exchange reads a binding: `*` is one word, `#` any number of them."""

    def match(pattern: list[str], said: list[str]) -> bool:
        if not pattern:
            return not said
        if pattern[0] == "#":
            return any(match(pattern[1:], said[at:]) for at in range(len(said) + 1))
        return bool(said) and pattern[0] in ("*", said[0]) and match(pattern[1:], said[1:])

    return match(binding.split("."), key.split("."))


def may_hear(wanted: dict, key: str) -> bool:
    """Said anew, without patterns."""
    transition, _, rest = key.partition(".")
    category, _, place = rest.partition(".")
    paths = {"t1": "t1", "v1": "t1.v1", "v2": "t1.v2", "g1": "t1.v1.g1"}
    inside = [place == paths[area] or place.startswith(f"{paths[area]}.") for area in wanted["areas"]]
    return (
        transition in (wanted["transitions"] or TRANSITIONS)
        and category in (wanted["categories"] or CATEGORIES)
        and (any(inside) or not inside)
    )


@given(chosen, bindings)
def test_no_binding_that_is_allowed_lets_in_more(wanted: dict, binding: str) -> None:
    heard = hearing(wanted, PARENTS)
    if heard.allows(binding):
        assert not [key for key in SAID if lets_in(binding, key) and not may_hear(wanted, key)]
        assert not [key for key in NOTICES if lets_in(binding, key)]


@given(chosen)
def test_the_widest_bindings_are_allowed_and_let_in_everything(wanted: dict) -> None:
    heard = hearing(wanted, PARENTS)
    assert all(map(heard.allows, heard.bindings()))
    for key in SAID:
        assert any(lets_in(binding, key) for binding in heard.bindings()) == may_hear(wanted, key)


def test_a_dot_in_an_area_is_no_level_and_no_pattern() -> None:
    heard = hearing({"transitions": [], "categories": [], "areas": ["v.3"]}, PARENTS)
    assert heard.bindings() == ["*.*.t1.v_3.#"]
    assert not heard.allows("*.*.t1.vX3.#") and not heard.allows("*.*.t1.v.3.#")


def test_a_category_is_one_word_of_the_key_as_notify_says_it() -> None:
    heard = hearing({"transitions": [], "categories": ["A0101", "03.1"], "areas": []}, PARENTS)
    assert heard.bindings() == ["*.A0101.#", "*.03_1.#"]
    assert heard.allows("*.03_1.#") and not heard.allows("*.03.1.#")
    assert heard.subscriptions() == [{"transitions": [], "categories": ["A0101", "03.1"], "area": None}]


@pytest.mark.parametrize("binding", ["#", "*", "*.#", "", "m001", "*.*.#\n", "a.b\n.#"])
def test_what_reaches_beyond_events_or_lines_is_refused(binding: str) -> None:
    assert not Hearing().allows(binding)


@pytest.mark.parametrize(
    ("queue", "own"),
    [
        ("mqtt-subscription-town-m1qos1", True),
        ("mqtt-subscription-town-m1.phone-2qos0", True),
        ("mqtt-subscription-town-m1-xqos1", False),  # of the member m1-x
        ("mqtt-subscription-town-m1xqos1", False),
        ("mqtt-subscription-town-m1qos1qos1", False),  # of the member m1qos1
        ("mqtt-subscription-town-m2.phoneqos1", False),
        ("mqtt-subscription-town-m1.qos1", False),
        ("mqtt-subscription-town-m1.a.bqos1", False),
        ("feed.m1", False),
    ],
)
def test_a_users_mqtt_queues_are_no_other_users(queue: str, own: bool) -> None:
    assert bool(re.fullmatch(rights.mqtt_queues("town", "m1"), queue)) is own
