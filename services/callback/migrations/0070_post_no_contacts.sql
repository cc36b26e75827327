-- Callback needs to know whether a reporter can be asked, not how: intake alone shows contacts (decision 7).
ALTER TABLE cases DROP COLUMN contact;
