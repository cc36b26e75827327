"""What intake says to the other services."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class _Case(Message):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    place_text = fields.String(required=True)
    lon = fields.Float(allow_none=True, load_default=None)
    lat = fields.Float(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)
    desk_reason = fields.String(allow_none=True, load_default=None)
    source = fields.String(required=True)
    external_id = fields.String(required=True)
    round = fields.Integer(required=True)
    media = fields.List(fields.String(), required=True)
    anonymous = fields.Boolean(required=True)
    asks_reporter = fields.Boolean(required=True)
    reported_by = fields.String(allow_none=True, load_default=None)
    settled = fields.Dict(allow_none=True, load_default=None)
    service = fields.Dict(allow_none=True, load_default=None)  # item, green; place, from, to where they are wished for
    reported_at = fields.String(required=True)
    hint = fields.String(allow_none=True, load_default=None)  # of a rule, for whoever routes the case


class CaseSubmitted(_Case):
    """A case waits for the desk to accept or reject it."""

    TYPE = "intake.case_submitted.v1"


class CaseRegistered(_Case):
    """A case is accepted for handling."""

    TYPE = "intake.case_registered.v1"


class CaseRejected(Message):
    """The desk has refused a case; `by` is who."""

    TYPE = "intake.case_rejected.v1"
    number = fields.String(required=True)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


class CaseClosed(Message):
    """A case has ended and its sources are told; `why` where the desk or another platform ended it. `counts` is false
    where figures leave the answer out. It comes once more when its reporter is asked after all."""

    TYPE = "intake.case_closed.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    closed_at = fields.String(required=True)
    why = fields.String(allow_none=True, load_default=None)
    registered = fields.Boolean(load_default=True)
    counts = fields.Boolean(load_default=True)


class InformationAsked(Message):
    """A submitted case waits for its reporter's answer to `question`, at most until `until`; `by` is who asked."""

    TYPE = "intake.information_asked.v1"
    number = fields.String(required=True)
    question = fields.String(required=True)
    until = fields.String(required=True)
    by = fields.String(required=True)


class _Decided(Message):
    """`registered`: case_registered was said about it, and it is not away since then: somebody may be at work."""

    number = fields.String(required=True)
    round = fields.Integer(required=True)
    why = fields.String(required=True)
    by = fields.String(required=True)
    registered = fields.Boolean(required=True)


class CaseMerged(_Decided):
    """A case is handled together with the case `into` from now on; `score`: how alike, if a rule found it. Its own
    reporter can be asked whether the matter is solved if `asks_reporter`, unless `anonymous`."""

    TYPE = "intake.case_merged.v1"
    into = fields.String(required=True)
    score = fields.Float(allow_none=True, load_default=None)
    source = fields.String(load_default="")
    anonymous = fields.Boolean(load_default=True)
    asks_reporter = fields.Boolean(load_default=False)


class CaseTransferred(_Decided):
    """A case was handed on to another platform, which has to answer until `until`."""

    TYPE = "intake.case_transferred.v1"
    platform = fields.String(required=True)
    until = fields.String(required=True)


class CaseCancelled(_Decided):
    """A case is wanted no more, by its reporter or the desk."""

    TYPE = "intake.case_cancelled.v1"


class CaseCorrected(_Decided):
    """The desk has corrected what a case is about; every field as it is now."""

    TYPE = "intake.case_corrected.v1"
    level = fields.String(required=True)
    kind = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    lon = fields.Float(allow_none=True, load_default=None)
    lat = fields.Float(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)
    desk_reason = fields.String(allow_none=True, load_default=None)


class ReporterAnswered(Message):
    """The reporter says what became of a matter that was handled, without being asked; `visits`: how often the reporter
    had to come, `by` whom it was sent. It is about what was done until `answered_at`."""

    TYPE = "intake.reporter_answered.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(required=True)
    satisfaction = fields.String(required=True)
    visits = fields.Integer(allow_none=True, load_default=None)
    text = fields.String(required=True)
    by = fields.String(required=True)
    answered_at = fields.String(required=True)


class MediaAdded(Message):
    """Photos, videos or sounds of a case that came after its report, or with the reporter's answer."""

    TYPE = "intake.media_added.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    references = fields.List(fields.String(), required=True)


class PersonErased(Message):
    """Who reported a case has been erased, and nobody else has reported it: there is nobody to ask any more."""

    TYPE = "intake.person_erased.v1"
    number = fields.String(required=True)


class FeedbackDue(Message):
    """A source is to be told something about one of its reports; numbered per (source, external id).

    `update` is the same in the platform's own shape, where it has one. When a round is over: what its reporter said
    (`answer` in words, masked, only to the source whose reporter it was), and when each stage was reached (`times`).
    `answer_link`: what the link is made of on which its reporter answers (`url`, `key`, `about`; shared/http/links.py):
    whoever sends it makes it."""

    TYPE = "intake.feedback_due.v1"
    source = fields.String(required=True)
    external_id = fields.String(required=True)
    feedback_id = fields.String(required=True)
    feedback_number = fields.Integer(required=True)
    kind = fields.String(required=True)
    number = fields.String(allow_none=True, load_default=None)
    state = fields.String(allow_none=True, load_default=None)
    open311_status = fields.String(allow_none=True, load_default=None)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    reasons = fields.List(fields.Dict(), required=True)
    reference = fields.String(allow_none=True, load_default=None)
    again = fields.Boolean(required=True)
    update = fields.Dict(allow_none=True, load_default=None)
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(allow_none=True, load_default=None)
    answer = fields.String(allow_none=True, load_default=None)
    times = fields.Dict(allow_none=True, load_default=None)
    answer_link = fields.Dict(allow_none=True, load_default=None)


class ReporterToTell(Message):
    """Whoever has reported a matter gets a link on which they answer, by telephone: their source does not pass it on.
    `number` is the one that they know it by; `answer_link` as in FeedbackDue. `phone` (E.164) is sealed with the key
    ring for this one use, bound to what the link is about, and of no use from `closes_at` on."""

    TYPE = "intake.reporter_to_tell.v1"
    number = fields.String(required=True)
    level = fields.String(required=True)
    answer_link = fields.Dict(required=True)
    phone = fields.String(required=True)
    closes_at = fields.String(required=True)


class ReporterErased(Message):
    """Whoever knows a case by this number has been erased, perhaps not as its only reporter: nothing more is sent to
    them."""

    TYPE = "intake.reporter_erased.v1"
    number = fields.String(required=True)


class SourceChanged(Message):
    """The whole record of a source, as far as others need it; `webhook_secrets` (id, sealed, expires_at) are those that
    sign what it is sent, each sealed with the key ring and bound to its id."""

    TYPE = "intake.source_changed.v1"
    source = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    webhook_url = fields.String(allow_none=True, load_default=None)
    webhook_secrets = fields.List(fields.Dict(), required=True)


class CategoryChanged(Message):
    """The whole record of a category, whenever it changes."""

    TYPE = "intake.category_changed.v1"
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    class_code = fields.String(required=True)
    platform = fields.String(required=True)
    level = fields.String(required=True)
    kind = fields.String(required=True)
    time_limit = fields.String(allow_none=True, load_default=None)
