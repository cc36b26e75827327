-- Service orders: what the town offers, what was ordered, appointments with their seats, and how often residents had to come.

CREATE TABLE services (                   -- the town's service list as data (domain/service_data.py), in its order
    code     text PRIMARY KEY,
    position integer NOT NULL,
    version  bigint NOT NULL,
    item     jsonb NOT NULL,
    active   boolean NOT NULL             -- false: on the list no more; what was ordered goes on
);

CREATE TABLE booking (                    -- one row; its lock orders all appointments, so that no seat is given twice
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
INSERT INTO booking DEFAULT VALUES;

ALTER TABLE cases ADD COLUMN service jsonb;  -- what is ordered, as the list had it then (domain/serving.py)

CREATE TABLE service_orders (             -- how it went, for the figures
    case_id     uuid PRIMARY KEY REFERENCES cases,
    item_code   text NOT NULL,
    lane        text NOT NULL CHECK (lane IN ('green', 'normal')),
    ordered_at  timestamptz NOT NULL,
    visits      integer NOT NULL DEFAULT 0,  -- how often the resident had to come, as counted (visits)
    said_visits integer,                     -- and as the resident says; then that is what counts
    solved      text CHECK (solved IN ('yes', 'partly', 'no'))  -- what the resident has confirmed
);
CREATE INDEX service_orders_by_time ON service_orders (ordered_at);

CREATE TABLE appointments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES cases,
    item_code  text NOT NULL,
    place      text NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    green      boolean NOT NULL,
    state      text NOT NULL CHECK (state IN ('booked', 'moved', 'cancelled')),
    booked_by  text NOT NULL,
    booked_at  timestamptz NOT NULL,
    ended_by   text,
    ended_at   timestamptz,
    CHECK (starts_at < ends_at),
    CHECK ((state = 'booked') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX appointments_one_each ON appointments (case_id) WHERE state = 'booked';
CREATE INDEX appointments_by_slot ON appointments (item_code, starts_at) WHERE state = 'booked';
CREATE INDEX appointments_by_time ON appointments USING gist (tstzrange(starts_at, ends_at)) WHERE state = 'booked';

CREATE TABLE visits (                     -- appended, never edited; a command that is sent again counts once
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES cases,
    command_id text NOT NULL,
    at         timestamptz NOT NULL,
    who        text NOT NULL,
    reason     text NOT NULL,
    UNIQUE (case_id, command_id)
);
CREATE TRIGGER visits_are_append_only BEFORE UPDATE OR DELETE ON visits
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
