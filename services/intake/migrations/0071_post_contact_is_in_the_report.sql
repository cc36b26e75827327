-- How to reach a reporter is part of what the reporter told us: sealed there, once, with the reporter's own key.
ALTER TABLE cases DROP COLUMN contact;
