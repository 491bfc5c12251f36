"""Access requests of both versions: what is signed, and what is taken for one."""
