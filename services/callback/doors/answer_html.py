"""The page of an answer as HTML: it works without scripts and on old browsers; everything in it is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from services.callback.domain.page_texts import LANGUAGES, words
from services.callback.domain.questions import REASONS_ID, Option, Question
from services.callback.use_cases import Page

WEB = "/callback/web"
LONGEST = 2000  # characters of the free text


class Photo(NamedTuple):
    """Where a photo is, and a small one of it."""

    link: str
    small: str


class View(NamedTuple):
    """A page in one language: `here` is its own address; `notice` and `wrong` are names of texts; `filled` is what
    stands in the form; `upload` where photos go by form, `send` by script; `photos` those that go with the next
    answer."""

    page: Page
    language: str
    here: str
    before: list[Photo]
    after: list[Photo]
    upload: str
    send: str
    filled: Mapping[str, Any]
    text: str = ""
    photos: tuple[str, ...] = ()
    notice: str = ""
    wrong: str = ""
    via: str = ""


def answer_page(view: View) -> str:
    """The page on which a reporter answers."""
    t, about = _words(view.language), view.page.about
    parts = [_notice(view), _done(view), _photo_form(view), _form(view)]
    until = _time(about["closes_at"], view)
    parts.append(Markup("<p>{}</p>").format(t("open_until", until=until)))
    other = "zh" if view.language == "en" else "en"
    return _document(view.language, "title", Markup("").join(parts), _switch(other, view.here, view.via))


def message_page(language: str, title: str, text: str, here: str = "") -> str:
    """A page that only says something: names of texts."""
    other = "zh" if language == "en" else "en"
    switch = _switch(other, here, "") if here else Markup("")
    return _document(language, title, Markup("<p>{}</p>").format(words(text, language)), switch)


def _words(language: str) -> Any:
    return lambda key, **values: words(key, language, **values)


def _document(language: str, title: str, body: Markup, switch: Markup) -> str:
    return Markup(
        '<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        '<title>{title}</title>\n<link rel="stylesheet" href="{web}/answer.css">\n'
        '<script type="module" src="{web}/answer.js"></script>\n</head>\n<body>\n'
        "<header>{switch}<h1>{title}</h1></header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).format(lang=LANGUAGES[language], title=words(title, language), web=WEB, switch=switch, body=body)


def _switch(other: str, here: str, via: str) -> Markup:
    ours = words("switch", "en" if other == "zh" else "zh")
    query = f"?lang={other}" + (f"&via={via}" if via else "")
    return Markup('<p class="switch"><a href="{}{}" lang="{}" hreflang="{}">{}</a></p>').format(
        here, query, LANGUAGES[other], LANGUAGES[other], ours
    )


def _notice(view: View) -> Markup:
    t = _words(view.language)
    if view.wrong:
        return Markup('<p class="wrong" role="alert"><strong>{}</strong> {}</p>').format(t("wrong"), t(view.wrong))
    if not view.notice:
        return Markup("")
    more = ""
    if view.notice == "taken":
        about = view.page.about
        more = t("taken_until", until=_time(about["judge_at"] or about["closes_at"], view))
    return Markup('<p class="notice" role="status"><strong>{}</strong> {}</p>').format(t(view.notice), more)


def _done(view: View) -> Markup:
    t, about = _words(view.language), view.page.about
    rows = [(t("number"), about["report"])]
    if about["round"] > 1:
        rows.append((t("round"), t("times", round=about["round"])))
    if about["resolved_at"]:
        rows.append((t("resolved_at"), _time(about["resolved_at"], view)))
    rows.append((t("note"), about["note"] or t("no_note")))
    facts = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in rows)
    shown = _photos(t("before"), view.before, "photo_before", view) + _photos(
        t("after"), view.after, "photo_after", view
    )
    return Markup("<section><h2>{}</h2>\n<dl>{}</dl>\n{}</section>\n").format(t("done"), facts, shown)


def _photos(title: str, photos: Iterable[Photo], name: str, view: View) -> Markup:
    items = Markup("").join(
        Markup('<li><a href="{}"><img src="{}" alt="{}"></a></li>').format(
            photo.link, photo.small, words(name, view.language, n=n)
        )
        for n, photo in enumerate(photos, 1)
    )
    return Markup('<h3>{}</h3><ul class="photos">{}</ul>\n').format(title, items) if items else Markup("")


def _photo_form(view: View) -> Markup:
    t = _words(view.language)
    told = {"sending": "photo_sending", "taken": "photo_taken", "large": "photo_large"}
    told |= {name: f"photo_{name}" for name in ("refused", "away", "missing")}
    opened = Markup(" open" if view.photos or view.wrong.startswith("photo") else "")
    says = Markup("").join(Markup(' data-{}="{}"').format(name, t(key)) for name, key in told.items())
    return Markup(
        '<form class="photo" method="post" enctype="multipart/form-data" action="{}" data-send="{}"{}>\n'
        '<details{}><summary><h2>{}</h2></summary>\n<p>{}</p>\n<p><label for="photo">{}</label><br>\n'
        '<input type="file" id="photo" name="photo" accept="image/*"></p>\n'
        '<p><button type="submit" class="second">{}</button></p>\n<p class="told" role="status"></p>\n'
        "</details>\n</form>\n"
    ).format(view.upload, view.send, says, opened, t("photo"), t("photo_first"), t("photo_label"), t("photo_send"))


def _form(view: View) -> Markup:
    t, questions = _words(view.language), view.page.questions
    assert questions is not None
    hidden = [("version", questions.version), ("lang", view.language), ("via", view.via)]
    hidden += [("photos", reference) for reference in view.photos]
    fields = [Markup('<input type="hidden" name="{}" value="{}">\n').format(*pair) for pair in hidden if pair[1]]
    fields.append(_choice(questions.solved, view, required=True))
    fields.append(_choice(questions.satisfaction, view))
    if reasons := questions.reasons_for(view.page.about["category"]):
        fields.append(_several(reasons, view))
    fields += [_choice(question, view) for question in questions.more]
    area = Markup(
        '<p><label for="text">{}</label><br>\n<span id="hint" class="hint">{}</span><br>\n'
        '<textarea id="text" name="text" rows="4" maxlength="{}" aria-describedby="hint">{}</textarea></p>\n'
    ).format(t("text"), t("text_hint"), LONGEST, view.text)
    title, button = ("change", "change") if view.page.given else ("ask", "submit")
    return Markup(
        '<form class="answer" method="post" action="{}">\n<h2>{}</h2>\n{}{}'
        '<p><button type="submit">{}</button></p>\n</form>\n'
    ).format(view.here, t(title), Markup("").join(fields), area, t(button))


def _choice(question: Question, view: View, required: bool = False) -> Markup:
    chosen = view.filled.get(question.id)
    options = Markup("").join(
        _option("radio", question.id, option, option.id == chosen, view.language, required)
        for option in question.options
    )
    legend = Markup("{}").format(_said(question.text, view.language))
    if not required:
        legend += Markup(' <span class="hint">({})</span>').format(words("optional", view.language))
    return Markup("<fieldset><legend>{}</legend>\n{}</fieldset>\n").format(legend, options)


def _several(reasons: Iterable[Option], view: View) -> Markup:
    chosen = view.filled.get(REASONS_ID, ())
    options = Markup("").join(
        _option("checkbox", REASONS_ID, reason, reason.id in chosen, view.language) for reason in reasons
    )
    return Markup('<fieldset><legend>{} <span class="hint">({})</span></legend>\n{}</fieldset>\n').format(
        words("reasons", view.language), words("several", view.language), options
    )


def _option(kind: str, name: str, option: Option, chosen: bool, language: str, required: bool = False) -> Markup:
    marks = Markup(" checked" if chosen else "") + Markup(" required" if required else "")
    return Markup(
        '<p class="option"><input type="{kind}" id="{name}-{id}" name="{name}" value="{id}"{marks}> '
        '<label for="{name}-{id}">{text}</label></p>\n'
    ).format(kind=kind, name=name, id=option.id, marks=marks, text=_said(option.text, language))


def _said(text: Any, language: str) -> str:
    return text.en if language == "en" else text.zh


def _time(moment: dt.datetime, view: View) -> str:
    return f"{moment.astimezone(view.page.zone):%Y-%m-%d %H:%M}"
