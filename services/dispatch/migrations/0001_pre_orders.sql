-- Who works where (grids, members), what is to be done (orders), by whom (assignments), and everything that happened to it.

CREATE TABLE grids (
    grid_id    text PRIMARY KEY,
    version    bigint NOT NULL,
    code       text NOT NULL,
    name       text NOT NULL,
    level      text NOT NULL CHECK (level IN ('township', 'village', 'grid')),
    parent_id  text,
    households integer,
    geometry   jsonb,                     -- WGS84; none when the grid is in the town's folder no more
    area       double precision NOT NULL  -- square metres, approximately
);

CREATE TABLE members (
    member_id text PRIMARY KEY,
    version   bigint NOT NULL,
    name      text NOT NULL,
    role      text NOT NULL,
    grid_id   text NOT NULL,
    phone     text,                       -- sealed, bound to this member
    language  text NOT NULL,
    on_duty   boolean NOT NULL,
    active    boolean NOT NULL
);
CREATE INDEX members_by_post ON members (grid_id, role);

CREATE TABLE calendars (                  -- the newest one is in force
    calendar  jsonb NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

CREATE TABLE categories (                 -- a copy: intake owns the catalogue
    code       text PRIMARY KEY,
    version    bigint NOT NULL,
    time_limit text
);

CREATE TABLE cases (                      -- what dispatch needs to know of a case; its row lock orders what is said about it
    id         uuid PRIMARY KEY,
    number     text NOT NULL UNIQUE,
    level      text NOT NULL,
    kind       text NOT NULL,
    category   text NOT NULL,
    title      text NOT NULL,
    place_text text NOT NULL,
    grid_id    text,
    said       integer NOT NULL           -- how many messages dispatch has said about this case
);

CREATE TABLE orders (
    id              uuid PRIMARY KEY,
    case_id         uuid NOT NULL REFERENCES cases,
    round           integer NOT NULL,
    state           text NOT NULL CHECK (state IN ('dispatched', 'in_progress', 'resolved', 'verified', 'closed')),
    version         integer NOT NULL,
    member_id       text NOT NULL,        -- the handler
    unit            text NOT NULL,
    checker_id      text,
    started_at      timestamptz NOT NULL,
    ack_due_at      timestamptz,
    due_at          timestamptz,
    acknowledged_at timestamptz,
    resolved_at     timestamptz,
    verified_at     timestamptz,
    supervision     text NOT NULL CHECK (supervision IN ('none', 'blue', 'yellow', 'red')),
    limits          json NOT NULL,        -- copied when the order started
    ladder          json NOT NULL,        -- copied likewise, each step with its time
    next_step_at    timestamptz,
    returned_by     jsonb NOT NULL,
    late_ack        boolean NOT NULL,
    late            boolean NOT NULL,
    UNIQUE (case_id, round),
    CHECK (checker_id <> member_id)
);
CREATE INDEX orders_by_next_step ON orders (next_step_at) WHERE next_step_at IS NOT NULL;
CREATE INDEX orders_by_state ON orders (state, due_at);
CREATE INDEX orders_by_member ON orders (member_id, due_at);
CREATE INDEX orders_by_checker ON orders (checker_id, due_at) WHERE checker_id IS NOT NULL;

CREATE TABLE in_hand (                    -- how many orders each member has to do or to check: counted with every change,
    member_id text PRIMARY KEY,           -- because counting the orders anew costs more the more of them are open
    handling  bigint NOT NULL,
    checking  bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE assignments (
    order_id   uuid NOT NULL REFERENCES orders,
    role       text NOT NULL CHECK (role IN ('handler', 'checker')),
    member_id  text NOT NULL,
    unit       text NOT NULL,
    why        text NOT NULL,
    since      timestamptz NOT NULL,
    until      timestamptz,
    end_reason text,
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    CHECK ((until IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX assignments_active ON assignments (order_id, role) WHERE until IS NULL;

CREATE TABLE order_journal (
    order_id   uuid NOT NULL,
    case_id    uuid NOT NULL,
    at         timestamptz NOT NULL,
    done_at    timestamptz,               -- when the member did it, by the member's own clock
    version    integer NOT NULL,
    what       text NOT NULL,
    from_state text,
    to_state   text NOT NULL,
    who        text NOT NULL,
    note       text NOT NULL,
    evidence   jsonb NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    UNIQUE (order_id, version)
);

CREATE TABLE commands (                   -- what members asked for, with the answer, so that it can be given again
    member_id   text NOT NULL,
    command_id  text NOT NULL,
    digest      text NOT NULL,
    accepted    boolean NOT NULL,
    answer      jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, command_id)
);
CREATE INDEX commands_by_time ON commands (answered_at) WHERE accepted;

-- History is appended, never edited; an assignment is ended, once, and never anything else.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is appended, never edited';
END $$;
CREATE TRIGGER order_journal_is_append_only BEFORE UPDATE OR DELETE ON order_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignments_are_not_deleted BEFORE DELETE ON assignments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignments_are_only_ended BEFORE UPDATE ON assignments
    FOR EACH ROW WHEN (OLD.until IS NOT NULL OR (OLD.order_id, OLD.role, OLD.member_id, OLD.unit, OLD.why, OLD.since)
        IS DISTINCT FROM (NEW.order_id, NEW.role, NEW.member_id, NEW.unit, NEW.why, NEW.since))
    EXECUTE FUNCTION refuse_change();
