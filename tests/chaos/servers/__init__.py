"""Brokers and databases that a run has for itself, so that they may be killed, wiped and filled up."""
