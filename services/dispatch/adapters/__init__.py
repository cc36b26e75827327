"""The languages of others: what comes in them is read, what goes out is written."""
