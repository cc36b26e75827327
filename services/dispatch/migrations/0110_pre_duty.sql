-- Who is on duty when (rosters and what changes them), who is on leave, and what will be missing.

CREATE TABLE rosters (                    -- rotations as data (domain/roster_data.py); one ends by its last_day
    roster_id text PRIMARY KEY,
    version   bigint NOT NULL,
    roster    jsonb NOT NULL
);

CREATE TABLE duty_changes (               -- what overrides, swaps and imported plans change in rotations, in order
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    together   uuid NOT NULL,             -- what was changed at once
    kind       text NOT NULL CHECK (kind IN ('override', 'swap', 'import')),
    roster_id  text NOT NULL REFERENCES rosters,
    member_id  text NOT NULL,
    is_on      boolean NOT NULL,          -- steps in, or is left out
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    reason     text NOT NULL,
    who        text NOT NULL,
    at         timestamptz NOT NULL,
    CHECK (starts_at < ends_at)
);
CREATE INDEX duty_changes_by_end ON duty_changes (ends_at);

CREATE TABLE leaves (
    leave_id      uuid PRIMARY KEY,
    member_id     text NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    delegate_id   text CHECK (delegate_id <> member_id),
    reason        text NOT NULL,          -- for the desk, leaders and the member alone
    state         text NOT NULL CHECK (state IN ('asked', 'granted', 'refused', 'cancelled')),
    asked_by      text NOT NULL,
    asked_at      timestamptz NOT NULL,
    decided_by    text,
    decided_why   text NOT NULL,
    next_route_at timestamptz,            -- when it is looked again whether the member has work in hand
    CHECK (starts_at < ends_at)
);
CREATE INDEX leaves_by_member ON leaves (member_id, ends_at);
CREATE INDEX leaves_by_delegate ON leaves (delegate_id, ends_at) WHERE delegate_id IS NOT NULL;
CREATE INDEX leaves_by_end ON leaves (ends_at);
CREATE INDEX leaves_by_next_route ON leaves (next_route_at) WHERE next_route_at IS NOT NULL;

CREATE TABLE duty_journal (               -- who has changed which roster or leave, from what to what
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    who     text NOT NULL,
    what    text NOT NULL CHECK (what IN ('roster', 'leave')),
    subject text NOT NULL,
    before  jsonb,
    after   jsonb NOT NULL
);
CREATE INDEX duty_journal_by_subject ON duty_journal (subject, id);

-- What follows from the above, made anew with every change and every hour (use_cases/planning.py).
CREATE TABLE duty_plan (                  -- one row; its lock orders all changes of duty
    one           boolean PRIMARY KEY DEFAULT true CHECK (one),
    calendar_id   bigint,
    planned_at    timestamptz
);
INSERT INTO duty_plan DEFAULT VALUES;

CREATE TABLE shifts (                     -- past ones stay as they were
    roster_id text NOT NULL,
    member_id text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    PRIMARY KEY (roster_id, member_id, starts_at)
);
CREATE INDEX shifts_by_start ON shifts (starts_at);
CREATE INDEX shifts_by_member ON shifts (member_id, starts_at);

CREATE TABLE off_duty (                   -- when members get no work; stretches of one member never overlap
    member_id   text NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    why         text NOT NULL CHECK (why IN ('leave', 'no_shift')),
    delegate_id text,
    PRIMARY KEY (member_id, starts_at)
);
CREATE INDEX off_duty_by_time ON off_duty USING gist (tstzrange(starts_at, ends_at));

CREATE TABLE duty_gaps (                  -- when too few will be there
    kind      text NOT NULL CHECK (kind IN ('roster', 'grid', 'desk')),
    what      text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    needs     integer NOT NULL,
    has       integer NOT NULL,
    PRIMARY KEY (kind, what, starts_at)
);

CREATE TABLE duty_shares (                -- how a roster is shared among its members
    roster_id text NOT NULL,
    member_id text NOT NULL,
    hours     double precision NOT NULL,
    mean      double precision NOT NULL,
    unfair    boolean NOT NULL,
    PRIMARY KEY (roster_id, member_id)
);

CREATE TRIGGER duty_changes_are_append_only BEFORE UPDATE OR DELETE ON duty_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER duty_journal_is_append_only BEFORE UPDATE OR DELETE ON duty_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
