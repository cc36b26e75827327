-- Replaced by cases_open, which knows all states that a case may end in.
DROP INDEX cases_alive;
