"""What Open311 clients send. Fields that nobody reads are left aside: clients add their own, as they may."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from services.intake.messages.outside import no_nul, text_field

_LINK = validate.URL(schemes={"http", "https"}, require_tld=False, error="is not an http or https address")


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


def _links() -> fields.List:
    link = fields.String(validate=[validate.Length(max=1000), no_nul, _LINK])
    return fields.List(link, load_default=list, validate=validate.Length(max=20))


def _answers(value: object) -> None:
    """A text, or a list of them, for each question."""
    texts = value if isinstance(value, list) else [value]
    if len(texts) > 100 or not all(isinstance(text, str) and len(text) <= 4000 and "\0" not in text for text in texts):
        raise ValidationError("It is neither a text nor a list of texts, or too long.")


class _Request(_Lenient):
    service_code = text_field(20, required=True)
    lat = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-90, 90))
    long = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    address_string = text_field(500, load_default="")
    address_id = text_field(40, load_default="")
    description = text_field(4000, load_default="")
    first_name = text_field(100, load_default="")
    last_name = text_field(100, load_default="")
    phone = text_field(40, load_default="")
    email = text_field(200, load_default="")
    device_id = text_field(200, load_default="")
    account_id = text_field(200, load_default="")
    media_url = _links()


class ServiceRequest(_Request):
    """A service request as its adapter reads it, from a form or as JSON: `service_name` stands for a description that
    is not there, `media` are references of kept files."""

    external_id = text_field(200, required=True)
    service_name = text_field(200, load_default="")
    media = fields.List(text_field(300), load_default=list, validate=validate.Length(max=20))
    attribute = fields.Dict(keys=text_field(100), values=fields.Raw(validate=_answers), load_default=dict)
    reported_at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)


class ServiceRequestForm(_Request):
    """The same as a client's form, for the contract."""

    api_key = fields.String(required=True)
    jurisdiction_id = fields.String()


class RequestUpdate(_Lenient):
    """What a client says about a request: a remark of its reporter, whatever status it names."""

    service_request_id = text_field(40, required=True)
    update_id = text_field(200, required=True)
    status = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z_]{1,40}\Z", error="is no status"))
    updated_datetime = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    description = text_field(4000, load_default="")
    media_url = _links()


class RequestUpdateForm(RequestUpdate):
    """The same with its key, for the contract."""

    api_key = fields.String(required=True)
    jurisdiction_id = fields.String()
