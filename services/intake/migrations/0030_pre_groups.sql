-- Bursts of a camera and messages of one person in a chat are one case: which report opened it, and since when.
CREATE TABLE report_groups (
    source   text NOT NULL,
    key      text NOT NULL,                    -- a digest: in a chat it is about a person
    leader   text NOT NULL,                    -- external id of the report that opened the case; empty while it is decided
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (source, key)
);

ALTER TABLE cases ADD COLUMN occurrences integer NOT NULL DEFAULT 1;    -- how many reports of a group it stands for
ALTER TABLE reports ADD COLUMN grouped boolean NOT NULL DEFAULT false;  -- added to a case of its group, heard once
ALTER TABLE reports ADD COLUMN extra jsonb;                             -- the platform's own fields, for its updates
