-- Open311: keys of clients, what they say about requests, when the catalogue changed, and updates by time.

CREATE TABLE api_keys (
    key_hash    text PRIMARY KEY,          -- SHA-256; a key has 256 random bits, so that it needs no salt
    key_id      text GENERATED ALWAYS AS (left(key_hash, 12)) STORED UNIQUE,
    source      text NOT NULL REFERENCES sources (name),
    label       text NOT NULL,
    created_at  timestamptz NOT NULL,
    disabled_at timestamptz
);

CREATE TABLE remarks (                     -- what clients say about a case; (source, update_id) is the same for ever
    source     text NOT NULL,
    update_id  text NOT NULL,
    id         uuid NOT NULL UNIQUE,
    case_id    uuid NOT NULL,
    status     text NOT NULL,
    said_at    timestamptz NOT NULL,       -- by the client's clock
    heard_at   timestamptz NOT NULL,
    media      jsonb NOT NULL,
    PRIMARY KEY (source, update_id)
);

-- Which sources' cases everybody may see: those of Open311 clients, unless the town says otherwise. Anything but true or
-- false says no.
CREATE VIEW open311_sources AS
SELECT name, kind, CASE WHEN settings->'open311'->'public' IS NULL THEN kind = 'open311'
                        ELSE settings->'open311'->'public' = 'true'::jsonb END AS public
FROM sources;

-- Clients keep the list of services until it changes.
ALTER TABLE categories ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER categories_note_change BEFORE UPDATE ON categories FOR EACH ROW EXECUTE FUNCTION note_change();

-- Feedback is written in the order of time, so that this costs next to nothing per row.
CREATE INDEX feedback_by_time ON feedback USING brin (said_at) WITH (pages_per_range = 32, autosummarize = on);
