-- Who signs in, how, and since when; and which platform a category belongs to, because rights may end at it.

ALTER TABLE categories ADD COLUMN platform text;   -- of the categories that were heard before: `make resay WHAT=categories`

CREATE FUNCTION areas_within(outer_area text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE inside AS (
        SELECT outer_area AS grid_id
        UNION
        SELECT g.grid_id FROM grids g JOIN inside i ON g.parent_id = i.grid_id
    )
    SELECT grid_id FROM inside
$$;
COMMENT ON FUNCTION areas_within IS 'an area and all that lies in it';

CREATE FUNCTION areas_around(inner_area text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE around AS (
        SELECT inner_area AS grid_id
        UNION
        SELECT g.parent_id FROM grids g JOIN around a USING (grid_id) WHERE g.parent_id IS NOT NULL
    )
    SELECT grid_id FROM around
$$;
COMMENT ON FUNCTION areas_around IS 'an area and all that it lies in';

CREATE TABLE credentials (                 -- how a member proves who it is
    member_id   text PRIMARY KEY,
    password    text,                      -- Argon2id, with its parameters
    must_change boolean NOT NULL DEFAULT false,   -- an administrator has set it
    code_secret text,                      -- of one-time codes, sealed, bound to this member
    code_new    text,                      -- the same, until its first code was shown
    code_step   bigint NOT NULL DEFAULT 0, -- the last 30 seconds whose code was used: a code is good once
    changed_at  timestamptz NOT NULL
);

CREATE TABLE accounts (                    -- of members on chat platforms
    provider  text NOT NULL CHECK (provider IN ('dingtalk', 'wecom')),
    account   text NOT NULL,               -- blind index of the platform's user id
    member_id text NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (provider, account),
    UNIQUE (provider, member_id)
);

CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    member_id  text NOT NULL,
    via        text NOT NULL CHECK (via IN ('password', 'code', 'dingtalk', 'wecom')),   -- code: password and code
    device     text NOT NULL,              -- as the client calls it
    turn       integer NOT NULL,           -- counts its refresh tokens, which are not kept
    started_at timestamptz NOT NULL,
    turned_at  timestamptz NOT NULL,
    ended_at   timestamptz,
    end_reason text,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_open ON sessions (member_id, started_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_over ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE attempts (                    -- tries to sign in: domain/attempts.py
    subject text PRIMARY KEY,              -- blind index of a member's id or an address
    level   double precision NOT NULL,
    at      timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE access_journal (              -- appended, never edited; of known members only: others' names may be passwords
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    member_id text NOT NULL,
    what      text NOT NULL,               -- signed_in, refused, session_ended, password_set, code_set, …
    who       text NOT NULL,               -- who did it: the member, somebody at the desk, an administrator
    note      text NOT NULL
);
CREATE INDEX access_journal_by_time ON access_journal (at);
CREATE INDEX access_journal_by_member ON access_journal (member_id, at);
CREATE TRIGGER access_journal_is_append_only BEFORE UPDATE OR DELETE ON access_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
