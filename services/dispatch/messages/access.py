"""What is sent by whoever signs in."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.dispatch.messages.outside import text


class _Asked(Schema):
    class Meta:
        unknown = RAISE


class SignIn(_Asked):
    """`code` where a member has one-time codes; `new_password` replaces the password. `device` is what the member will
    know the session by."""

    member_id = text(40, required=True)
    password = text(128, required=True)
    code = fields.String(load_default=None, validate=validate.Regexp(r"^[0-9]{6}\Z"))
    new_password = text(200, load_default=None)
    device = text(80, load_default="")


class SignInWith(_Asked):
    """The code that the chat platform has given to the member's client."""

    code = text(512, required=True)
    device = text(80, load_default="")


class Refresh(_Asked):
    """The last refresh token of the session."""

    refresh_token = text(200, required=True)


class Link(_Asked):
    """The code that the chat platform has given to the member's client."""

    code = text(512, required=True)


class SecondFactor(_Asked):
    """With `code`: the first one that the app shows."""

    password = text(128, required=True)
    code = fields.String(load_default=None, validate=validate.Regexp(r"^[0-9]{6}\Z"))
