-- Areas down to micro grids; what members can do and where they chat; every change kept; which grids came after which.
ALTER TABLE grids DROP CONSTRAINT grids_level_check,
    ADD CONSTRAINT grids_level_check CHECK (level IN ('township', 'village', 'grid', 'micro_grid'));

-- what was entered beside the town's folder stays when the folder is loaded again
ALTER TABLE grids ADD COLUMN by_hand boolean NOT NULL DEFAULT false;
ALTER TABLE members
    ADD COLUMN by_hand boolean NOT NULL DEFAULT false,
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',   -- codes of categories, or of classes; none: everything
    ADD COLUMN chats  jsonb NOT NULL DEFAULT '{}',    -- platform → the member's id there, sealed like the phone
    ADD COLUMN blind  jsonb NOT NULL DEFAULT '{}';    -- phone, dingtalk, wecom → blind index, to know a value again

CREATE TABLE registry_journal (           -- every change of an area or a member; appended, never edited
    what   text NOT NULL CHECK (what IN ('area', 'member')),
    key    text NOT NULL,                 -- grid_id or member_id
    version bigint NOT NULL,
    at     timestamptz NOT NULL,
    who    text NOT NULL,
    why    text NOT NULL,
    before jsonb,                         -- the fields that have changed, as they were; none for what is new
    after  jsonb NOT NULL,                -- the same as they are now; of phones and chat ids only whether there is one
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    UNIQUE (what, key, version)
);
CREATE TRIGGER registry_journal_is_append_only BEFORE UPDATE OR DELETE ON registry_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE successions (                -- a grid that was split or merged, and what lies in its place
    grid_id      text NOT NULL,
    successor_id text NOT NULL,
    since        timestamptz NOT NULL,
    settled      boolean NOT NULL DEFAULT false,  -- its open work has been moved
    PRIMARY KEY (grid_id, successor_id)
);
CREATE INDEX successions_unsettled ON successions (grid_id) WHERE NOT settled;

ALTER TABLE cases                         -- where it is (WGS84): decides in which part of a grid that is split
    ADD COLUMN IF NOT EXISTS lon double precision,
    ADD COLUMN IF NOT EXISTS lat double precision;
