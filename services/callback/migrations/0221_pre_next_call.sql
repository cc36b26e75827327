-- After a holiday all are due at the same nine o'clock: the next call is found without sorting them.

CREATE INDEX follow_ups_next_to_call ON follow_ups (call_rank, coalesce(call_at, due_at), id) WHERE state = 'open' AND NOT call_over;
DROP INDEX follow_ups_open_to_call;
