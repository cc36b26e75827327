-- What is awaited of others about open orders (help, decisions) is watched: who is reminded when, who answers for it since.
ALTER TABLE orders ADD COLUMN next_awaited_at timestamptz;   -- when somebody is reminded next; none while nothing is awaited
CREATE INDEX orders_by_next_awaited ON orders (next_awaited_at) WHERE next_awaited_at IS NOT NULL;
ALTER TABLE assists ADD COLUMN answers_id text;              -- who answers for it since it was late
