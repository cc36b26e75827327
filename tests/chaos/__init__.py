"""Faults against the running line, and a checker that reads afterwards what was promised and what came of it."""
