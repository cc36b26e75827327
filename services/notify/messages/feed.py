"""What the feed says, for everybody who may bind a queue there or listen by HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields


class FeedData(Schema):
    """One thing that has happened to a case: no title, no text, nobody's name. `area` is the path of areas, the town
    first. A webhook hears it without `position`."""

    position = fields.Integer(required=True, metadata={"description": "grows with every event of the feed"})
    transition = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "of the case"})
    round = fields.Integer(required=True, allow_none=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    kind = fields.String(required=True)
    area = fields.List(fields.String(), required=True)
    at = fields.String(required=True, metadata={"description": "when it happened, RFC 3339"})
