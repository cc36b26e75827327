-- Orders may stand still, be extended, be handed on and be assisted with; the journal says what the clock is worked out from.
ALTER TABLE orders DROP CONSTRAINT orders_state_check,
    ADD CONSTRAINT orders_state_check
        CHECK (state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved', 'verified', 'closed', 'withdrawn'));
ALTER TABLE orders ADD COLUMN course json;            -- none while all is as usual: clock, transfers, who has returned it,
                                                      -- the open request, the open assists
ALTER TABLE order_journal ADD COLUMN facts jsonb;     -- dates of the clock, positions; never said to other services
ALTER TABLE cases ADD COLUMN IF NOT EXISTS lon double precision;  -- WGS84
ALTER TABLE cases ADD COLUMN IF NOT EXISTS lat double precision;

CREATE TABLE requests (                   -- what handlers asked for, and what was decided
    order_id    uuid NOT NULL REFERENCES orders,
    number      integer NOT NULL,         -- the version of the order with which it was asked
    case_id     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('suspend', 'extend')),
    asked_by    text NOT NULL,
    approver_id text NOT NULL,
    reason      text NOT NULL,
    until       timestamptz NOT NULL,
    asked_at    timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'lapsed')),
    decided_by  text,
    decided_at  timestamptz,
    note        text NOT NULL,
    PRIMARY KEY (order_id, number),
    CHECK (decided_by <> asked_by),
    CHECK ((decided_at IS NULL) = (state = 'open'))
);
CREATE UNIQUE INDEX requests_one_open ON requests (order_id) WHERE state = 'open';
CREATE INDEX requests_open ON requests (asked_at) WHERE state = 'open';

CREATE TABLE assists (                    -- units that help the lead, each with its own deadline
    order_id   uuid NOT NULL REFERENCES orders,
    number     integer NOT NULL,          -- the version of the order with which it was asked for
    case_id    uuid NOT NULL,
    unit       text NOT NULL,
    member_id  text NOT NULL,
    why        text NOT NULL,
    task       text NOT NULL,
    asked_by   text NOT NULL,
    asked_at   timestamptz NOT NULL,
    due_at     timestamptz,
    state      text NOT NULL CHECK (state IN ('asked', 'done', 'released')),
    ended_at   timestamptz,
    note       text NOT NULL,
    evidence   jsonb NOT NULL,
    PRIMARY KEY (order_id, number),
    CHECK ((ended_at IS NULL) = (state = 'asked'))
);
CREATE INDEX assists_open ON assists (member_id, due_at) WHERE state = 'asked';

-- Decided once, ended once; nothing is deleted and nothing else is changed.
CREATE TRIGGER requests_are_not_deleted BEFORE DELETE ON requests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER requests_are_only_decided BEFORE UPDATE ON requests
    FOR EACH ROW WHEN (OLD.state <> 'open' OR (OLD.kind, OLD.asked_by, OLD.reason, OLD.until, OLD.asked_at)
        IS DISTINCT FROM (NEW.kind, NEW.asked_by, NEW.reason, NEW.until, NEW.asked_at))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assists_are_not_deleted BEFORE DELETE ON assists FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assists_are_only_ended BEFORE UPDATE ON assists
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.unit, OLD.member_id, OLD.task, OLD.asked_by, OLD.asked_at, OLD.due_at)
        IS DISTINCT FROM (NEW.unit, NEW.member_id, NEW.task, NEW.asked_by, NEW.asked_at, NEW.due_at))
    EXECUTE FUNCTION refuse_change();

CREATE TABLE redating (                   -- at most one row: a new calendar moves the deadlines of open orders, bit by bit
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    since      timestamptz NOT NULL,
    after      uuid NOT NULL              -- orders up to this one are done
);
