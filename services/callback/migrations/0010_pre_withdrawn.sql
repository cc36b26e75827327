-- Cases that have left the line while their reporter was to be asked, and corrections of what decides about asking.
ALTER TABLE cases ADD COLUMN withdrawn_round integer NOT NULL DEFAULT 0;   -- nobody is asked about this round, or earlier ones
ALTER TABLE cases ADD COLUMN described integer NOT NULL DEFAULT 0;         -- which of intake's messages described it last
