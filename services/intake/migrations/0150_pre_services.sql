ALTER TABLE cases ADD COLUMN service jsonb;  -- what is ordered of the town's service list, as its source said it
