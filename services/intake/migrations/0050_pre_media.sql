-- Photos, videos and sounds: what was uploaded, which cases refer to it, who has looked at it.

CREATE TABLE media (
    reference      text PRIMARY KEY,       -- `m-` and the digest of what was sent
    key            text NOT NULL,          -- digest of what is kept: the same without metadata
    media_type     text NOT NULL,
    size           bigint NOT NULL,        -- bytes
    width          integer,
    height         integer,
    lon            double precision,       -- where it was taken, rounded to some ten metres
    lat            double precision,
    thumbnail_key  text,
    thumbnail_size bigint,
    uploaded_by    text NOT NULL,          -- role/name
    uploaded_at    timestamptz NOT NULL
);
CREATE INDEX media_by_key ON media (key);
CREATE INDEX media_by_thumbnail ON media (thumbnail_key);

CREATE TABLE case_media (                  -- a reference without a row in `media` is awaited, or names another system
    case_id   uuid NOT NULL,
    reference text NOT NULL,
    role      text NOT NULL CHECK (role IN ('report', 'evidence', 'answer')),
    added_at  timestamptz NOT NULL,
    PRIMARY KEY (case_id, reference)
);
CREATE INDEX case_media_by_reference ON case_media (reference);

INSERT INTO case_media (case_id, reference, role, added_at)
SELECT DISTINCT ON (id, reference) id, reference, 'report', registered_at
FROM cases, jsonb_array_elements_text(media) AS reference WHERE media <> '[]';

CREATE TABLE media_access (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    who       text NOT NULL,               -- for whom the link was signed: role/name
    about     text NOT NULL,               -- number of the case that it was looked at for
    reference text NOT NULL,
    size      text NOT NULL CHECK (size IN ('full', 'thumbnail'))
);
CREATE INDEX media_access_by_reference ON media_access (reference);
CREATE TRIGGER media_access_is_append_only BEFORE UPDATE OR DELETE ON media_access
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
