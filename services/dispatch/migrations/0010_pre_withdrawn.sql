-- A case may leave the line while its order is open (merged, cancelled, …), and be described anew.
ALTER TABLE orders DROP CONSTRAINT orders_state_check,
    ADD CONSTRAINT orders_state_check
        CHECK (state IN ('dispatched', 'in_progress', 'resolved', 'verified', 'closed', 'withdrawn'));
-- which of the messages of intake about the case has described it last
ALTER TABLE cases ADD COLUMN described integer NOT NULL DEFAULT 0;
