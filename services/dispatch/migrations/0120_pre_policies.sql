-- Who gets the work by the town's policies, and why; work that is offered to several before anybody has it.

ALTER TABLE cases ADD COLUMN IF NOT EXISTS lon double precision,
    ADD COLUMN IF NOT EXISTS lat double precision;
-- codes of categories or classes; none: everything
ALTER TABLE members ADD COLUMN IF NOT EXISTS skills text[] NOT NULL DEFAULT '{}';

-- The middle of a GeoJSON geometry's frame: near enough to say which of several areas is nearer. None without one.
CREATE FUNCTION middle_of(geometry jsonb) RETURNS double precision[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN count(*) > 0 THEN ARRAY[(min(east) + max(east)) / 2, (min(north) + max(north)) / 2] END
    FROM (SELECT (point->>0)::float AS east, (point->>1)::float AS north
          FROM jsonb_path_query(geometry, 'strict $.coordinates.**?(@.type() == "array" && @[0].type() == "number")',
                                '{}', silent => true) AS point
    ) AS points
$$;
ALTER TABLE grids ADD COLUMN middle double precision[] GENERATED ALWAYS AS (middle_of(geometry)) STORED;

-- How many orders a member was given lately: what was given a week ago counts half, two weeks ago a quarter …; kept up
-- with every order, because counting them anew costs more the more of them there were.
ALTER TABLE in_hand ADD COLUMN given double precision NOT NULL DEFAULT 0,
    ADD COLUMN given_at double precision;  -- the last one: seconds since 1970

ALTER TABLE assignments ADD COLUMN policy text NOT NULL DEFAULT '',      -- the policy that chose; none: none applied
    ADD COLUMN considered json NOT NULL DEFAULT '[]';                    -- the first few candidates, the chosen one first
DROP TRIGGER assignments_are_only_ended ON assignments;
CREATE TRIGGER assignments_are_only_ended BEFORE UPDATE ON assignments
    FOR EACH ROW WHEN (OLD.until IS NOT NULL
        OR (OLD.order_id, OLD.role, OLD.member_id, OLD.unit, OLD.why, OLD.policy, OLD.considered::text, OLD.since)
        IS DISTINCT FROM (NEW.order_id, NEW.role, NEW.member_id, NEW.unit, NEW.why, NEW.policy, NEW.considered::text,
            NEW.since))
    EXECUTE FUNCTION refuse_change();

-- A pooled order is nobody's until somebody claims it; `offer` says to whom it is offered, and until when.
ALTER TABLE orders ADD COLUMN offer jsonb,
    ALTER COLUMN member_id DROP NOT NULL,
    DROP CONSTRAINT orders_state_check,
    ADD CONSTRAINT orders_state_check
        CHECK (state IN ('pooled', 'dispatched', 'in_progress', 'resolved', 'verified', 'closed', 'withdrawn')),
    ADD CONSTRAINT orders_have_somebody CHECK (member_id IS NOT NULL OR state IN ('pooled', 'withdrawn'));
