-- Receipts of what is urgent are asked for first.
DROP INDEX channel_deliveries_to_poll;
CREATE INDEX channel_deliveries_to_poll ON channel_deliveries (account_id, urgent DESC, due)
    WHERE state IN ('accepted', 'uncertain', 'delivered') AND receipt IS NOT NULL AND due IS NOT NULL;
