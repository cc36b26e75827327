-- More ways to end and to leave the line; what a case is about may be corrected.
ALTER TABLE cases ADD COLUMN described integer NOT NULL DEFAULT 0;   -- which of intake's messages described it last
UPDATE cases SET described = 1 WHERE number IS NOT NULL;

-- The state of a case as the services together say it: intake takes it off the line, or ends it; work that was withdrawn is
-- nobody's; the follow-up comes after the work of its round.
CREATE OR REPLACE VIEW case_states AS
SELECT id, number, source, level, grid_id,
       CASE WHEN intake_state IN ('rejected', 'closed', 'merged', 'cancelled', 'transferred', 'awaiting_info') THEN intake_state
            WHEN dispatch_state = 'accepted' THEN intake_state
            WHEN callback_round > coalesce(dispatch_round, 0) THEN callback_state
            WHEN callback_round = dispatch_round AND callback_state = 'follow_up_pending' THEN callback_state
            ELSE coalesce(dispatch_state, intake_state, 'submitted') END AS state
FROM cases;
