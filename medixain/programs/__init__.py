"""The programs of the production profile, and the table that says how they are started together."""
