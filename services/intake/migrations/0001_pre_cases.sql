-- One pool of cases: what sources told us (reports), what became of it (cases), and what each source was told.

CREATE TABLE sources (
    name          text PRIMARY KEY,
    kind          text NOT NULL,
    name_zh       text NOT NULL,
    name_en       text NOT NULL,
    auto_accept   boolean NOT NULL,
    feedback      text[] NOT NULL,      -- the transitions that this source wants to hear
    asks_reporter boolean NOT NULL,
    enabled       boolean NOT NULL DEFAULT true
);

CREATE TABLE categories (
    code       text PRIMARY KEY,
    version    bigint NOT NULL,
    name_zh    text NOT NULL,
    name_en    text NOT NULL,
    class_code text NOT NULL,
    platform   text NOT NULL,
    level      text NOT NULL CHECK (level IN ('P1', 'P2', 'P3', 'P4')),
    kind       text NOT NULL,
    time_limit text,
    keywords   text[] NOT NULL
);

CREATE TABLE grids (          -- a copy: dispatch owns the grids
    grid_id   text PRIMARY KEY,
    version   bigint NOT NULL,
    code      text NOT NULL,
    name      text NOT NULL,
    level     text NOT NULL,
    parent_id text,
    geometry  jsonb,
    area      double precision NOT NULL
);

CREATE TABLE members (        -- a copy of the names: who may report as a member
    member_id text PRIMARY KEY,
    version   bigint NOT NULL,
    active    boolean NOT NULL
);

CREATE SEQUENCE case_numbers;

CREATE TABLE cases (
    id             uuid PRIMARY KEY,
    number         text NOT NULL UNIQUE,
    state          text NOT NULL,
    round          integer NOT NULL DEFAULT 1,
    level          text NOT NULL,
    kind           text NOT NULL,
    category       text NOT NULL,
    title          text NOT NULL,
    description    text NOT NULL,          -- phone and identity numbers masked; the original is sealed with the report
    place_text     text NOT NULL,
    lon            double precision,
    lat            double precision,
    grid_id        text,
    desk_reason    text CHECK (desk_reason IN ('no_position', 'outside_grids')),
    media          jsonb NOT NULL,
    source         text NOT NULL,
    external_id    text NOT NULL,
    anonymous      boolean NOT NULL,
    contact        text,                   -- sealed, bound to this case
    reported_by    text,                   -- the member, for what members find themselves
    settled        jsonb,                  -- found and settled on the spot: note and evidence
    reported_at    timestamptz NOT NULL,
    registered_at  timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    closed_at      timestamptz,
    solved         text,
    satisfaction   text,
    said           integer NOT NULL,       -- how many messages intake has said about this case
    heard_dispatch integer NOT NULL DEFAULT 0,
    heard_callback integer NOT NULL DEFAULT 0,
    CHECK ((grid_id IS NULL) = (desk_reason IS NOT NULL))
);
CREATE INDEX cases_alive ON cases (state, level) WHERE state NOT IN ('closed', 'rejected');
CREATE INDEX cases_by_time ON cases (registered_at);

CREATE TABLE reports (
    id          uuid PRIMARY KEY,
    source      text NOT NULL,
    external_id text NOT NULL,
    case_id     uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    original    text,                      -- sealed: reporter and unmasked text
    repeated    integer NOT NULL DEFAULT 0,
    UNIQUE (source, external_id)
);
CREATE INDEX reports_by_case ON reports (case_id);

CREATE TABLE case_history (
    case_id    uuid NOT NULL,
    at         timestamptz NOT NULL,
    round      integer NOT NULL,
    from_state text,
    to_state   text NOT NULL,
    cause      text NOT NULL,              -- the message type, or the desk's action
    who        text NOT NULL,
    note       text NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX case_history_by_case ON case_history (case_id, id);

CREATE TABLE correspondence (              -- how many updates a source has been told about one of its reports
    source      text NOT NULL,
    external_id text NOT NULL,
    said        integer NOT NULL,
    PRIMARY KEY (source, external_id)
);

CREATE TABLE feedback (
    id          uuid PRIMARY KEY,
    source      text NOT NULL,
    external_id text NOT NULL,
    number      integer NOT NULL,
    kind        text NOT NULL,
    case_id     uuid,
    body        json NOT NULL,
    said_at     timestamptz NOT NULL,
    UNIQUE (source, external_id, number)
);

-- History is appended, never edited.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is appended, never edited';
END $$;
CREATE TRIGGER case_history_is_append_only BEFORE UPDATE OR DELETE ON case_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
