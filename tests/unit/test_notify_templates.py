"""Words as data: what each says, what fits where, and what people write stays a text whatever they write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain.escaping import chat, exact, in_bytes, line, markdown, shortened
from services.notify.domain.facts import FREE, WORK, facts_of
from services.notify.domain.kinds import KINDS
from services.notify.domain.template_files import read_words, samples
from services.notify.domain.templates import Item, Templates, Version, surface_of
from services.notify.store import shipped

WORDS = shipped()
KINDS_SAID = [kind for kind in WORDS.kinds if kind not in ("again", "more", "details", "group", "digest")]
LINK = "https://town.example.cn/notify/n/k1.AAAAAAAAAAAAAAAAAAAAAA.t4x2ab.BBBBBBBBBBBBBBBBBBBBBB"
CHANNELS = sorted(KINDS)
LIVE_MARKDOWN = re.compile(r"[\\`*_~\[\]<>#|&@]")
HOSTILE = [
    "[x](http://evil.example) **",
    "路灯\n# @all",
    "<@all> <a href='http://evil.example'>x</a>",
    "![x](https://evil.example/x.png)",
    "www.evil.example/login 请点击",
    "点 HTTPS：／／evil．example 领奖",
    "\u202e\u200bmoc.live\x00\x07\x1b[31m",
    "> 引用\n- 一\n1. 二\n---",
    "&#91;x&#93;&lt;script&gt;",
    "{{ 7 * 7 }}{% raw %}{{ number }}",
    "电话 138 1234 5678,证 330822199001011234",
    "x" * 5000,
    "灯" * 5000,
    "",
]
ANYTHING = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=300), st.text(alphabet="@#*_[]()<>`!:/. \n\\", max_size=60)
)

# the words on the wire: one line of each kind of sentence, as members' clients have always shown them
SAID = [
    ("work_assigned", {"round": 1}, "新任务:路灯不亮(东门路口)。请于11-23 09:30前签收,11-24 00:30前办结。"),
    (
        "work_assigned",
        {"round": 2},
        "第2轮办理:路灯不亮(东门路口)。期限将至 / it is due soon 请于11-23 09:30前签收,11-24 00:30前办结。",
    ),
    ("work_reminded", {"nth": 1}, "督办提醒:路灯不亮(东门路口)。期限将至 / it is due soon"),
    ("work_reminded", {"nth": 3}, "第3次督办提醒:路灯不亮(东门路口),请立即处理。期限将至 / it is due soon"),
    ("supervision_copied", {"measure": "red_card"}, "抄送(红牌):路灯不亮(东门路口)。期限将至 / it is due soon"),
    ("supervision_copied", {"measure": "items"}, "抄送(—):路灯不亮(东门路口)。期限将至 / it is due soon"),
    ("interview_held", {}, "约谈已于2026-11-30进行:路灯不亮。已换灯泡"),
    ("appointment_booked", {}, "已预约 11-26 09:00(便民服务中心):路灯不亮(东门路口)。请于11-24 00:30前办结。"),
    ("task_reminded", {}, "督办提醒:违建未拆(滨河公园),截止2026-12-31 18:30。因雨 / rain"),
    (
        "task_reminded",
        {"due_at": "2026-12-31T16:00:00+00:00"},
        "督办提醒:违建未拆(滨河公园),截止2026-12-31。因雨 / rain",
    ),
    ("action_answered", {"accepted": True}, "操作已生效。"),
    ("action_answered", {"reason": "须签收"}, "操作未生效:须签收"),
]


@pytest.mark.parametrize(("kind", "changes", "zh"), SAID)
def test_what_members_read(kind: str, changes: dict[str, Any], zh: str) -> None:
    assert WORDS.texts(kind, dict(facts_of(kind)) | changes).zh == zh


@pytest.mark.parametrize("kind", WORDS.kinds)
def test_what_comes_with_the_product_is_let_in_in_both_languages(kind: str) -> None:
    words = WORDS.version(kind).words
    assert read_words({kind: words}, WORDS.kinds) == ({kind: words}, [])
    assert (words["en"]["text"].isascii() and not words["zh"]["text"].isascii()) or "{{ text_zh }}" in words["zh"][
        "text"
    ]
    for facts in samples(kind):
        for text in WORDS.texts(kind, facts):
            assert text.strip() and "None" not in text and "{" not in text


@pytest.mark.parametrize("kind", KINDS_SAID)
def test_what_is_missing_is_a_dash(kind: str) -> None:
    for facts in ({}, dict.fromkeys(facts_of(kind))):
        for text in WORDS.texts(kind, facts):
            assert "None" not in text and "Undefined" not in text
            assert ("—" in text) or kind == "action_answered"


@settings(max_examples=300)
@given(
    st.data(), st.sampled_from(KINDS_SAID), st.sampled_from(CHANNELS), st.sampled_from(["zh", "en"]), st.integers(1, 3)
)
def test_hostile_text_stays_text_and_fits(
    data: st.DataObject, kind: str, channel: str, language: str, nth: int
) -> None:
    facts = dict(facts_of(kind)) | {name: data.draw(ANYTHING, label=name) for name in FREE if name in facts_of(kind)}
    facts |= {name: data.draw(ANYTHING, label=name) for name in ("due_at", "number") if data.draw(st.booleans())}
    room = KINDS[channel].room
    words = WORDS.render(kind, channel, language, facts, LINK, nth)
    size = in_bytes if room.in_bytes else len
    assert size(words.title) <= room.title
    whole = f"{words.title}\n{words.text}\n{words.url}" if room.together else words.text
    assert size(whole) <= room.text
    assert words.url == LINK
    for text in (words.title, words.text):
        assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u200b-\u200f]", text)
        assert "://" not in text and not re.search(r"(?i)evil[.．]example", text)
        assert "13812345678" not in text.replace(" ", "") and "330822199001011234" not in text
        if KINDS[channel].chat:
            assert not set("<>@") & set(text)


@given(ANYTHING)
def test_nothing_of_markdown_is_left(text: str) -> None:
    said = markdown(text)
    assert not LIVE_MARKDOWN.search(said) and "\n" not in said and "://" not in said
    assert not re.match(r"[-+=:]|\d+[.)]", said)
    assert line(text) == line(line(text)) and chat(text) == chat(chat(text))
    assert exact(text) == text


@given(st.lists(ANYTHING, min_size=1, max_size=40), st.sampled_from(CHANNELS), st.sampled_from(["group", "digest"]))
def test_many_are_one_message_with_their_count(titles: list[str], channel: str, frame: str) -> None:
    items = [Item("work_assigned", dict(WORK) | {"title": title}) for title in titles]
    words, room = WORDS.render_group(frame, channel, "zh", items, LINK), KINDS[channel].room
    size = in_bytes if room.in_bytes else len
    assert str(len(items)) in words.title and str(len(items)) in words.text
    assert size(f"{words.title}\n{words.text}\n{LINK}" if room.together else words.text) <= room.text
    assert size(words.markdown) <= room.markdown
    assert bool(words.markdown) == bool(room.markdown)
    if words.markdown:
        body, _, link = words.markdown.rpartition("\n\n")
        assert link == f"[查看详情]({LINK})"
        lines = body.splitlines()
        assert not [one for one in lines[2:] if not one.startswith("- ") or LIVE_MARKDOWN.search(one)]


def test_a_group_says_its_place_its_count_what_is_due_first_and_how_many_have_no_room() -> None:
    dues = ("2026-11-24T00:30:00+08:00", "2026-11-23T12:00:00+08:00")
    items = [Item("work_assigned", dict(WORK) | {"due_at": due}) for due in dues]
    assert "东门路口有2条:\n新任务:路灯不亮" in WORDS.render_group("group", "email", "zh", items).text
    sms = WORDS.render_group("group", "sms_aliyun", "zh", items)
    assert sms.text == "东门路口有2条通知,最早11-23 12:00到期"
    assert "另有30条" in WORDS.render_group("group", "dingtalk_robot", "zh", items * 25).text
    elsewhere = [*items, Item("work_assigned", dict(WORK) | {"place_text": "西门"})]
    assert "东门路口有3条" not in WORDS.render_group("group", "email", "zh", elsewhere).text


@pytest.mark.parametrize("channel", ["", *CHANNELS])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_said_again_differs_each_time(channel: str, language: str) -> None:
    said = [WORDS.render("red_card", channel, language, WORK, LINK, nth=nth) for nth in range(1, 6)]
    assert len({words.text for words in said}) == len({words.title for words in said}) == 5
    groups = [WORDS.render_group("group", channel, language, [Item("red_card", WORK)], nth=nth) for nth in (1, 2, 3)]
    assert len({words.text for words in groups}) == 3


def test_what_people_wrote_is_shortened_before_the_deadline_is() -> None:
    words = WORDS.render("work_assigned", "sms_aliyun", "zh", dict(WORK) | {"title": "很长的标题" * 20}, LINK)
    assert len(words.text) <= 60 and words.text.endswith("请于11-23 09:30前签收,11-24 00:30前办结。")
    assert "…(东门路口)" in words.text


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("短", 5, "短"),
        ("the lamp at the gate is out", 20, "the lamp at the…"),
        ("看 https://town.example.cn/abcdef 谢谢", 12, "看…"),
        ("见[说明](https://town.example.cn)。", 8, "见…"),
        ("灯灯灯灯灯灯", 4, "灯灯灯…"),
        ("abc", 0, ""),
    ],
)
def test_a_text_is_cut_behind_a_word_and_never_in_a_link(text: str, most: int, expected: str) -> None:
    assert shortened(text, most) == expected


def test_a_channel_has_words_of_its_own_where_they_are_written() -> None:
    own = {
        "zh": {"title": "新", "text": "长", "sms": {"text": "短"}, "dingtalk_robot": {"markdown": "**{{ title }}**"}}
    }
    words = WORDS.with_words([Version("work_assigned", 1, own | {"en": own["zh"]})])
    said = {channel: words.render("work_assigned", channel, "zh", WORK) for channel in ("", *CHANNELS)}
    assert (said["sms_aliyun"].text, said["sms_tencent"].text, said["email"].text, said[""].text) == (
        "短",
        "短",
        "长",
        "长",
    )
    assert [channel for channel in CHANNELS if said[channel].markdown] == ["dingtalk_robot"]
    assert said["dingtalk_robot"].markdown == "**路灯不亮**" and words.version("work_assigned").version == 1


def test_the_example_of_the_readme_is_let_in() -> None:
    readme = (Path(__file__).parents[2] / "services" / "notify" / "templates" / "README.md").read_text(encoding="utf-8")
    example = yaml.safe_load(readme.partition("```yaml\n")[2].partition("```")[0])
    assert read_words(example, WORDS.kinds) == (example, [])


def test_news_without_words_of_its_own_is_news_all_the_same() -> None:
    assert WORDS.render("news_something_new", "email", "zh", WORK).text == "20261123-000001 有进展。"
    assert WORDS.render("news_case_closed", "email", "en", WORK).text == "20261123-000001 is closed."
    with pytest.raises(KeyError):
        WORDS.render("something", "email", "zh", WORK)


@pytest.mark.parametrize("number", ["evil.example", "20261123-000001 evil.example", "2026-11-23T<@all>"])
@pytest.mark.parametrize("kind", ["news_case_closed", "reporter_asked"])
def test_our_own_facts_are_looked_at_too(kind: str, number: str) -> None:
    words = WORDS.render(kind, "dingtalk_robot", "zh", {"number": number, "until": number})
    assert "evil.example" not in words.text and "<@" not in words.text


ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ title.__class__ }}",
    "{{ title['__class__'] }}",
    "{{ title[0] }}",
    "{{ title.upper() }}",
    "{{ self }}",
    "{{ config }}",
    "{{ lipsum() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ title | attr('__class__') }}",
    "{{ title | upper }}",
    "{{ title | clock(1) }}",
    "{{ 'a' * 999999999 }}",
    "{{ 9 ** 99999 }}",
    "{{ 1 + 1 }}",
    "{{ title ~ title }}",
    "{{ [1, 2] }}",
    "{% for x in range(999999999) %}x{% endfor %}",
    "{% for letter in title %}{{ letter }}{% endfor %}",
    "{% set x = 1 %}",
    "{% macro x() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{{ {'a': title}[measure] }}",
    "{{ {title: 'a'}[measure] }}",
    "{{ title is defined }}",
    "{{ title",
    "{% if " * 3 + "%}",
    "{{ " + "(" * 900 + "title" + ")" * 900 + " }}",
    "{{ " + "not " * 400 + "title }}",
    "{% if title %}" * 60 + "{% endif %}" * 60,
    "x" * 2001,
]


@pytest.mark.parametrize("source", ESCAPES, ids=lambda source: source[:30])
def test_nothing_but_the_small_part_of_jinja_is_let_in(source: str) -> None:
    words = {"title": "x", "text": source}
    _, problems = read_words({"red_card": {"zh": words, "en": words}}, WORDS.kinds)
    assert [problem.place for problem in problems] == [("red_card", "zh", "text"), ("red_card", "en", "text")]
    assert all(problem.repair for problem in problems)


@given(st.text(alphabet="{}%|()[]'\"ab. ifendt_itle=\n", max_size=80))
def test_whatever_is_no_template_is_refused_or_is_filled_in(source: str) -> None:
    words = {"title": "x", "text": source}
    read, problems = read_words({"red_card": {"zh": words, "en": words}}, WORDS.kinds)
    if not problems:
        Templates.of([Version("red_card", 1, read["red_card"])]).texts("red_card", WORK)


GOOD = {"title": "新", "text": "新:{{ title }}"}


def card(kind: str = "red_card", **changes: Any) -> dict[str, Any]:
    return {kind: {"zh": GOOD | changes, "en": GOOD}}


@pytest.mark.parametrize(
    ("document", "place", "told"),
    [
        ([], (), "says nothing"),
        ({}, (), "says nothing"),
        (card("work_given"), ("work_given",), "templates list"),
        ({"red_card": {"zh": GOOD}}, ("red_card",), "both languages"),
        ({"red_card": {"zh": GOOD, "en": GOOD, "fr": GOOD}}, ("red_card",), "both languages"),
        ({"red_card": {"zh": "红牌", "en": GOOD}}, ("red_card", "zh"), "no mapping"),
        ({"red_card": {"zh": {"text": "红牌"}, "en": GOOD}}, ("red_card", "zh", "title"), "missing"),
        (card(text=7), ("red_card", "zh", "text"), "no text"),
        (card(text="a\0"), ("red_card", "zh", "text"), "NUL"),
        (card(fax={"text": "x"}), ("red_card", "zh", "fax"), "dingtalk_robot"),
        (card(sms={"body": "x"}), ("red_card", "zh", "sms"), "parts"),
        (card(sms="x"), ("red_card", "zh", "sms"), "parts"),
        (
            card(text="{{ reporter }}{{ phone }}"),
            ("red_card", "zh", "text"),
            "say phone, reporter: there is ack",
        ),
        (card(text="{% if title > 3 %}x{% endif %}"), ("red_card", "zh", "text"), "numbers with numbers"),
        (card("work_reminded"), ("work_reminded", "zh", "text"), "{{ nth }}"),
        (card(text="红" * 61), ("red_card", "zh", "text"), "write sms: {text"),
        (card(sms={"text": "红" * 61}), ("red_card", "zh", "sms", "text"), "60"),
        (card(wecom_app={"markdown": "红" * 700}), ("red_card", "zh", "wecom_app", "markdown"), "bytes"),
    ],
)
def test_mistakes_are_told_with_their_place_and_repair(document: Any, place: tuple[str, ...], told: str) -> None:
    _, problems = read_words(document, WORDS.kinds)
    assert place in [problem.place for problem in problems]
    assert told in " ".join(f"{one.problem}: {one.repair}" for one in problems if one.place == place)


def test_no_fact_is_personal() -> None:
    personal = re.compile(r"reporter|phone|name|contact|identity|description|lon|lat|evidence|media|person")
    for kind in WORDS.kinds:
        assert not [fact for fact in facts_of(kind) if personal.search(fact)]


def test_every_channel_is_a_surface() -> None:
    for channel in CHANNELS:
        on = surface_of(channel, "zh")
        assert (on.room.title and on.room.text and on.hand("a@b") != "a@b") or not KINDS[channel].chat
