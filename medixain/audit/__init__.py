"""The platform's own log: every write leaves an event in the same transaction, each chained to the one before."""
