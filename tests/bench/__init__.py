"""How fast the line is, beside what else could be taken. `make bench` prints one table; nothing here is a test."""
